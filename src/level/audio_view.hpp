#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace isr {

/// How a sample lies in memory, in the machine's byte order. Full scale is 1 for the floats.
enum class SampleFormat {
  kS16,
  kS24,      ///< 3 bytes
  kS24In32,  ///< the lower 24 bits of 4 bytes
  kS32,
  kF32,
  kF64,
};

constexpr std::size_t BytesPerSample(SampleFormat format) {
  switch (format) {
    case SampleFormat::kS16:
      return 2;
    case SampleFormat::kS24:
      return 3;
    case SampleFormat::kF64:
      return 8;
    default:
      return 4;
  }
}

/// What the audio of a source is.
struct AudioFormat {
  SampleFormat sample = SampleFormat::kS16;
  int rate = 0;      ///< frames per second, > 0
  int channels = 0;  ///< > 0

  bool operator==(const AudioFormat&) const = default;
};

/// Audio in somebody else's memory, of any alignment.
struct AudioView {
  /// One for interleaved audio, else one for each channel.
  std::span<const std::uint8_t* const> planes;
  std::size_t frames = 0;
};

}  // namespace isr
