#include "format/adts_header.hpp"

#include <array>

namespace isr {

std::optional<AdtsHeader> ParseAdtsHeader(ByteView bytes) {
  constexpr std::array<int, 13> kRates = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                          22050, 16000, 12000, 11025, 8000,  7350};
  // 12 bits of sync, then ID, 2 bits of layer (always 0), protection_absent.
  if (bytes.size() < kAdtsHeaderBytes || bytes[0] != 0xff || (bytes[1] & 0xf6) != 0xf0) {
    return std::nullopt;
  }
  const unsigned rate = bytes[2] >> 2 & 15;
  if (rate >= kRates.size()) return std::nullopt;
  const int configuration = (bytes[2] & 1) << 2 | bytes[3] >> 6;
  const bool protect = (bytes[1] & 1) == 0;

  AdtsHeader header;
  // ID, profile, rate index and channel configuration; not protection, private, copy bits.
  header.fixed =
      static_cast<std::uint32_t>((bytes[1] & 8) << 16 | (bytes[2] & 0xfd) << 8 | (bytes[3] & 0xc0));
  header.rate = kRates[rate];
  header.channels = configuration == 7 ? 8 : configuration;
  header.samples = 1024 * (1u + (bytes[6] & 3));
  header.frame_bytes = static_cast<std::uint32_t>(bytes[3] & 3) << 11 |
                       static_cast<std::uint32_t>(bytes[4]) << 3 | bytes[5] >> 5;
  if (header.frame_bytes <= kAdtsHeaderBytes + (protect ? 2 : 0)) return std::nullopt;
  return header;
}

}  // namespace isr
