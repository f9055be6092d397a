#include "level/crc32.hpp"

#include <array>

namespace isr {
namespace {

constexpr std::uint32_t kPolynomial = 0xedb88320;  // bits reversed

constexpr std::size_t kStride = 16;
using Table = std::array<std::uint32_t, 256>;

/// Table n gives what a byte does to the checksum when n more bytes follow it.
constexpr std::array<Table, kStride> MakeTables() {
  std::array<Table, kStride> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = value;
  }
  for (std::size_t n = 1; n < kStride; ++n) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[n - 1][byte];
      tables[n][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr std::array<Table, kStride> kTables = MakeTables();

std::uint32_t LittleEndian(const std::uint8_t* bytes) {
  return bytes[0] | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
         std::uint32_t{bytes[3]} << 24;
}

/// What four bytes do to the checksum when `kBehind` more follow them.
template <std::size_t kBehind>
std::uint32_t Through(std::uint32_t word) {
  return kTables[kBehind + 3][word & 0xff] ^ kTables[kBehind + 2][word >> 8 & 0xff] ^
         kTables[kBehind + 1][word >> 16 & 0xff] ^ kTables[kBehind][word >> 24];
}

}  // namespace

std::uint32_t Crc32(std::span<const std::uint8_t> bytes, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  while (bytes.size() >= kStride) {
    crc = Through<12>(crc ^ LittleEndian(bytes.data())) ^
          Through<8>(LittleEndian(bytes.data() + 4)) ^ Through<4>(LittleEndian(bytes.data() + 8)) ^
          Through<0>(LittleEndian(bytes.data() + 12));
    bytes = bytes.subspan(kStride);
  }
  while (bytes.size() >= 4) {
    crc = Through<0>(crc ^ LittleEndian(bytes.data()));
    bytes = bytes.subspan(4);
  }
  for (const std::uint8_t byte : bytes) crc = kTables[0][(crc ^ byte) & 0xff] ^ (crc >> 8);
  return ~crc;
}

}  // namespace isr
