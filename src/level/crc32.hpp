#pragma once

#include <cstdint>
#include <span>

namespace isr {

/// CRC-32 of ISO 3309, as in zlib and PNG. `seed`: the result for the bytes before, to go on.
std::uint32_t Crc32(std::span<const std::uint8_t> bytes, std::uint32_t seed = 0);

}  // namespace isr
