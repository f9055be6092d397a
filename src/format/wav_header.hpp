#pragma once

#include <cstdint>
#include <string>

#include "format/bytes.hpp"

namespace isr {

/// What a WAV file's header says of its sound and its origin.
struct WavFacts {
  int rate = 0;      ///< sample frames per second, > 0
  int channels = 0;  ///< 1 to 64
  int bits = 16;     ///< 16, 24 or 32: PCM, signed, least significant byte first, packed

  // Broadcast extension (EBU Tech 3285). ASCII; what is too long is cut.
  std::string description;           ///< 256 bytes
  std::string originator;            ///< 32 bytes
  std::string originator_reference;  ///< 32 bytes
  std::string origination_date;      ///< local, "2026-11-20"
  std::string origination_time;      ///< local, "14:00:00"
  std::uint64_t time_reference = 0;  ///< sample frames from local midnight to the first one
  std::string coding_history;        ///< lines that end in CR LF; 2 KiB
};

/// Bytes before the first sample, of every file that is made here: a block of the disk.
constexpr std::uint64_t kWavHeaderBytes = 4096;

/// The header of a Broadcast WAV file that holds `data_bytes` of sound: "RIFF", a "JUNK" chunk as
/// large as a "ds64" one, "bext", "fmt ", "JUNK" as filler, "data". Always `kWavHeaderBytes` long,
/// so that it can be replaced while the file grows. When the file's size does not fit into 32 bits
/// it is "RF64" and the first JUNK is "ds64" (EBU Tech 3306). More than 2 channels or 16 bits make
/// the format WAVE_FORMAT_EXTENSIBLE; more than 2 channels are at no position.
///
/// A file whose `data_bytes` are odd needs one zero byte after them: the header counts on it.
Bytes BuildWavHeader(const WavFacts& facts, std::uint64_t data_bytes);

/// Sets the sizes in a header that stands at the start of a file: `header` begins with a RIFF or
/// RF64 header whose data begin at `data_at`, of which there are `data_bytes`, in frames of
/// `frame_bytes` (> 0). Becomes RF64 where it has room for it (a chunk JUNK or ds64 of at least 28
/// bytes comes first); else sizes that do not fit are 0xFFFFFFFF, "up to the end".
void PatchWavSizes(Bytes& header, std::uint64_t data_at, std::uint64_t data_bytes,
                   std::uint32_t frame_bytes);

}  // namespace isr
