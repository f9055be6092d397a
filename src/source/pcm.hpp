#pragma once

#include <string>

namespace isr {

/// Caps of interleaved 16-bit PCM, as it is recorded.
std::string PcmCaps(int sample_rate, int channels);

}  // namespace isr
