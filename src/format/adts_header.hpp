#pragma once

#include <cstdint>
#include <optional>

#include "format/bytes.hpp"

namespace isr {

/// The 7 bytes at the start of an ADTS frame (ISO/IEC 13818-7 section 6.2, 14496-3 annex 1.A).
struct AdtsHeader {
  std::uint32_t fixed = 0;  ///< the fixed header's bits that all frames of a stream share
  int rate = 0;             ///< Hz; of the core, where SBR is implicit
  int channels = 0;         ///< 1 to 8; 0 = a program config element inside the frame tells
  std::uint32_t samples = 0;
  std::uint32_t frame_bytes = 0;  ///< header included, 8 to 8191
};

constexpr size_t kAdtsHeaderBytes = 7;
constexpr std::uint32_t kMaxAdtsFrame = 8191;

/// None when `bytes` do not begin with a header.
std::optional<AdtsHeader> ParseAdtsHeader(ByteView bytes);

}  // namespace isr
