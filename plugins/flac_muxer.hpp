#pragma once

#include <memory>

#include "plugins/file_muxer.hpp"

namespace isr {

/// FLAC frames as a native FLAC file (RFC 9639) that begins at sample 0: the frames' numbers are
/// made anew, their audio is not touched. STREAMINFO and SEEKTABLE count what is there every five
/// seconds and at the end.
std::unique_ptr<FileMuxer> MakeFlacMuxer();

}  // namespace isr
