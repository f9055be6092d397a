#pragma once

#include <string>

namespace isr {

/// Caps of interleaved PCM of 16, 24 or 32 bits, packed, as it is recorded.
std::string PcmCaps(int sample_rate, int channels, int bits);

}  // namespace isr
