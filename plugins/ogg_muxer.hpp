#pragma once

#include <memory>

#include "plugins/file_muxer.hpp"

namespace isr {

/// Vorbis, Opus or FLAC packets as one unchained Ogg stream (RFC 3533) whose granule positions
/// begin at 0. Its comments are our own. Opus (RFC 7845): no pre-skip, as the file is a cut out of
/// a longer stream and every packet in it is heard.
std::unique_ptr<FileMuxer> MakeOggMuxer();

}  // namespace isr
