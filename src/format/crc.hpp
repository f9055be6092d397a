#pragma once

#include <array>
#include <cstdint>

#include "format/bytes.hpp"

namespace isr {

/// CRC without reflection, start value 0, one byte at a time.
template <typename Word, Word kPolynomial>
class Crc {
 public:
  static constexpr Word Step(Word crc, std::uint8_t byte) {
    constexpr int kShift = sizeof(Word) * 8 - 8;
    const auto rest = static_cast<Word>(sizeof(Word) == 1 ? 0 : crc << (kShift == 0 ? 0 : 8));
    return static_cast<Word>(rest ^ kTable[static_cast<std::uint8_t>(crc >> kShift) ^ byte]);
  }

  static constexpr Word Of(ByteView bytes, Word crc = 0) {
    for (const std::uint8_t byte : bytes) crc = Step(crc, byte);
    return crc;
  }

 private:
  static constexpr std::array<Word, 256> MakeTable() {
    constexpr int kBits = sizeof(Word) * 8;
    std::array<Word, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
      auto crc = static_cast<Word>(static_cast<Word>(byte) << (kBits - 8));
      for (int bit = 0; bit < 8; ++bit) {
        const bool carry = (crc >> (kBits - 1) & 1) != 0;
        crc = static_cast<Word>(static_cast<Word>(crc << 1) ^ (carry ? kPolynomial : 0));
      }
      table[byte] = crc;
    }
    return table;
  }

  static constexpr std::array<Word, 256> kTable = MakeTable();
};

using FlacCrc8 = Crc<std::uint8_t, 0x07>;         ///< of a frame header (RFC 9639 section 9.1.8)
using FlacCrc16 = Crc<std::uint16_t, 0x8005>;     ///< of a frame (RFC 9639 section 9.3)
using OggCrc32 = Crc<std::uint32_t, 0x04c11db7>;  ///< of a page (RFC 3533 section 6)

}  // namespace isr
