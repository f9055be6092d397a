#pragma once

#include <cstdint>
#include <optional>

#include "format/bytes.hpp"

namespace isr {

/// Where a WAV file's sound is, and what it is.
struct WavLayout {
  int rate = 0;                   ///< sample frames per second, > 0
  int channels = 0;               ///< > 0
  int bits = 0;                   ///< per sample, as stored; 0 where the format has no such number
  int format = 0;                 ///< 1 PCM, 3 float, ...; of WAVE_FORMAT_EXTENSIBLE what is inside
  std::uint32_t frame_bytes = 0;  ///< > 0
  std::uint64_t data_at = 0;      ///< offset of the first sample
  std::uint64_t data_bytes = 0;  ///< as the header says; a file whose writer died says less or more
  std::uint64_t riff_bytes = 0;  ///< of the file but its first 8, as the header says
  std::uint64_t time_reference = 0;  ///< of a bext chunk; else 0
};

/// Reads the chunks (RIFF WAVE, EBU Tech 3306 RF64, EBU Tech 3285 bext) up to the start of "data".
/// `head`: the file's first bytes, all that stands before "data" (4 KiB for files made here, 64 KiB
/// are enough for most). None when they hold no data chunk or no usable "fmt " before it.
std::optional<WavLayout> ReadWavHeader(ByteView head);

}  // namespace isr
