#pragma once

#include <cstdint>
#include <optional>

#include "format/bytes.hpp"

namespace isr {

/// The 4 bytes at the start of an MPEG audio frame (ISO/IEC 11172-3 section 2.4.1.3, 13818-3, and
/// the unofficial MPEG-2.5 for 8 to 12 kHz).
struct MpegHeader {
  int version = 1;  ///< 1, 2, or 25 for MPEG-2.5
  int layer = 3;    ///< 1 to 3
  bool protect = false;
  int bit_rate = 0;  ///< bits per second
  int rate = 0;      ///< Hz
  int channels = 0;  ///< 1 or 2
  std::uint32_t samples = 0;
  std::uint32_t frame_bytes = 0;  ///< header included, 24 to kMaxMpegFrame

  /// Layer III: where the side information ends and the main data begin; a Xing header stands
  /// there.
  std::uint32_t SideInfoEnd() const;
};

constexpr size_t kMpegHeaderBytes = 4;
constexpr std::uint32_t kMaxMpegFrame = 2881;  ///< layer II, 160 kb/s at 8 kHz, padded

/// None when `bytes` do not begin with a header. Free format (a bit rate that the header does not
/// tell) is refused: nobody streams it, and it makes a false header likely.
std::optional<MpegHeader> ParseMpegHeader(ByteView bytes);

}  // namespace isr
