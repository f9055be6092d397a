#pragma once

#include <cstdint>

namespace isr {

/// PCM as it stands in a WAV file.
struct PcmLayout {
  int rate = 0;
  int channels = 0;
  int bits = 0;  ///< 16, 24 or 32

  std::uint32_t FrameBytes() const { return static_cast<std::uint32_t>(channels * bits / 8); }
  bool operator==(const PcmLayout&) const = default;
};

}  // namespace isr
