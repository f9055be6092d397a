#include "format/mpeg_header.hpp"

#include <array>

namespace isr {
namespace {

using Row = std::array<std::uint16_t, 16>;  // kb/s by bit-rate index; 0 = refused

constexpr Row kLayer1 = {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0};
constexpr Row kLayer2 = {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0};
constexpr Row kLayer3 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
constexpr Row kLowLayer1 = {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0};
constexpr Row kLowLayer23 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};

const Row& BitRates(bool low, int layer) {
  if (low) return layer == 1 ? kLowLayer1 : kLowLayer23;
  return layer == 1 ? kLayer1 : layer == 2 ? kLayer2 : kLayer3;
}

std::uint32_t SamplesOf(bool low, int layer) {
  if (layer == 1) return 384;
  return layer == 3 && low ? 576 : 1152;
}

}  // namespace

std::uint32_t MpegHeader::SideInfoEnd() const {
  const std::uint32_t side_info =
      version == 1 ? (channels == 1 ? 17 : 32) : (channels == 1 ? 9 : 17);
  return 4 + (protect ? 2 : 0) + side_info;
}

std::optional<MpegHeader> ParseMpegHeader(ByteView bytes) {
  if (bytes.size() < kMpegHeaderBytes || bytes[0] != 0xff || (bytes[1] & 0xe0) != 0xe0) {
    return std::nullopt;
  }
  const unsigned version = bytes[1] >> 3 & 3;  // 0 = 2.5, 1 = reserved, 2 = 2, 3 = 1
  const unsigned layer = bytes[1] >> 1 & 3;    // 0 = reserved, else 4 - layer
  const unsigned rate = bytes[2] >> 2 & 3;     // 3 = reserved
  const unsigned emphasis = bytes[3] & 3;      // 2 = reserved
  if (version == 1 || layer == 0 || rate == 3 || emphasis == 2) return std::nullopt;

  constexpr std::array<int, 3> kRates = {44100, 48000, 32000};
  const bool low = version != 3;
  MpegHeader header;
  header.version = version == 3 ? 1 : version == 2 ? 2 : 25;
  header.layer = 4 - static_cast<int>(layer);
  header.protect = (bytes[1] & 1) == 0;
  header.bit_rate = BitRates(low, header.layer)[bytes[2] >> 4] * 1000;
  if (header.bit_rate == 0) return std::nullopt;
  header.rate = kRates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
  header.channels = bytes[3] >> 6 == 3 ? 1 : 2;
  header.samples = SamplesOf(low, header.layer);
  const auto slots = static_cast<std::uint32_t>(header.samples / (header.layer == 1 ? 32 : 8)) *
                     static_cast<std::uint32_t>(header.bit_rate) /
                     static_cast<std::uint32_t>(header.rate);
  const std::uint32_t padding = bytes[2] >> 1 & 1;
  header.frame_bytes = (slots + padding) * (header.layer == 1 ? 4 : 1);
  return header;
}

}  // namespace isr
