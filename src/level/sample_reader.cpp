#include "level/sample_reader.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace isr {
namespace {

using Read = float (*)(const std::uint8_t*);

template <typename Integer>
float Scaled(const std::uint8_t* at) {
  constexpr float kScale = 1.0F / (static_cast<float>(Integer{1} << (8 * sizeof(Integer) - 2)) * 2);
  Integer value;
  std::memcpy(&value, at, sizeof value);
  return static_cast<float>(value) * kScale;
}

template <typename Float>
float Tamed(const std::uint8_t* at) {
  Float value;
  std::memcpy(&value, at, sizeof value);
  value = value == value ? value : 0;
  value = value < kMaxSample ? value : kMaxSample;
  return static_cast<float>(value > -kMaxSample ? value : -kMaxSample);
}

constexpr float kScale24 = 1.0F / (1 << 23);

/// The lower 24 bits, with their sign.
float Scaled24(std::uint32_t bits) {
  return static_cast<float>(static_cast<std::int32_t>(bits << 8) >> 8) * kScale24;
}

float Packed24(const std::uint8_t* at) {
  std::uint32_t bits = 0;
  if constexpr (std::endian::native == std::endian::little) {
    bits = at[0] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16;
  } else {
    bits = at[2] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[0]} << 16;
  }
  return Scaled24(bits);
}

float Padded24(const std::uint8_t* at) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, at, sizeof bits);
  return Scaled24(bits);
}

/// Samples that lie behind each other. Blocks of a fixed size become vector code.
template <Read kRead, std::size_t kBytes>
void ReadDense(const std::uint8_t* from, std::size_t count, float* to) {
  constexpr std::size_t kBlock = 16;
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    std::array<std::uint8_t, kBlock * kBytes> bytes;
    std::array<float, kBlock> samples;
    std::memcpy(bytes.data(), from + i * kBytes, bytes.size());
    for (std::size_t k = 0; k < kBlock; ++k) samples[k] = kRead(bytes.data() + k * kBytes);
    std::memcpy(to + i, samples.data(), sizeof samples);
  }
  for (; i < count; ++i) to[i] = kRead(from + i * kBytes);
}

/// Samples `stride` bytes apart, to every second place.
template <Read kRead>
void ReadSparse(const std::uint8_t* from, std::size_t stride, std::size_t count, float* to) {
  for (std::size_t i = 0; i < count; ++i) to[2 * i] = kRead(from + i * stride);
}

struct Readers {
  void (*dense)(const std::uint8_t* from, std::size_t count, float* to);
  void (*sparse)(const std::uint8_t* from, std::size_t stride, std::size_t count, float* to);
};

template <Read kRead, std::size_t kBytes>
constexpr Readers kReaders{ReadDense<kRead, kBytes>, ReadSparse<kRead>};

Readers ReadersOf(SampleFormat format) {
  switch (format) {
    case SampleFormat::kS16:
      return kReaders<Scaled<std::int16_t>, 2>;
    case SampleFormat::kS24:
      return kReaders<Packed24, 3>;
    case SampleFormat::kS24In32:
      return kReaders<Padded24, 4>;
    case SampleFormat::kS32:
      return kReaders<Scaled<std::int32_t>, 4>;
    case SampleFormat::kF32:
      return kReaders<Tamed<float>, 4>;
    default:
      return kReaders<Tamed<double>, 8>;
  }
}

}  // namespace

void ReadPairs(const AudioView& audio, const AudioFormat& format, std::size_t frame, int channel,
               std::span<float> pairs) {
  const Readers read = ReadersOf(format.sample);
  const std::size_t bytes = BytesPerSample(format.sample);
  const std::size_t frames = pairs.size() / 2;
  const bool is_interleaved = audio.planes.size() == 1;
  const auto channels = static_cast<std::size_t>(format.channels);
  if (is_interleaved && channels == 2) {
    read.dense(audio.planes[0] + frame * 2 * bytes, 2 * frames, pairs.data());
    return;
  }
  const std::size_t stride = is_interleaved ? channels * bytes : bytes;
  for (std::size_t side = 0; side < 2; ++side) {
    const std::size_t index = static_cast<std::size_t>(channel) + side;
    if (index >= channels) break;
    const std::uint8_t* const begin =
        is_interleaved ? audio.planes[0] + index * bytes : audio.planes[index];
    read.sparse(begin + frame * stride, stride, frames, pairs.data() + side);
  }
}

}  // namespace isr
