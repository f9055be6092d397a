#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "format/bytes.hpp"

namespace isr {

/// The identification header (Vorbis I specification, section 4.2.2).
struct VorbisIdentification {
  int rate = 0;                           ///< Hz, > 0
  int channels = 0;                       ///< > 0
  std::array<std::uint32_t, 2> blocks{};  ///< short and long block, samples, 64 to 8192
};
std::optional<VorbisIdentification> ParseVorbisIdentification(ByteView packet);

/// Of each mode of the setup header (section 4.2.4), whether its blocks are long. Modes stand at
/// the header's end, so they are read backwards and the codebooks need not be understood. None when
/// there are none.
std::optional<std::vector<bool>> ParseVorbisModes(ByteView setup);

/// Samples in the block that `packet` codes, by its mode (section 4.3.1); 0 when it is no audio.
std::uint32_t VorbisBlockSize(ByteView packet, const std::array<std::uint32_t, 2>& blocks,
                              const std::vector<bool>& modes);

}  // namespace isr
