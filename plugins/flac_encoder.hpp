#pragma once

#include <memory>

#include "plugins/file_muxer.hpp"

namespace isr {

/// PCM of up to 8 channels and 32 bits as a native FLAC file (RFC 9639). STREAMINFO and SEEKTABLE
/// count what is there every five seconds, so that a file whose writer died opens as it is; at the
/// end STREAMINFO gets the MD5 of the samples. libFLAC encodes: GStreamer's flacenc knows no 32
/// bits, and its header says nothing until the end.
std::unique_ptr<FileMuxer> MakeFlacEncoder();

}  // namespace isr
