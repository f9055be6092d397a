#pragma once

#include "source/source_type.hpp"

namespace isr {

/// `type = test`: needs nothing but the machine. "soundscape" is soft pink noise with a short tone
/// now and then, for ears and for the detector; "sine" 440 Hz at -12 dBFS; "silence".
SourceBin BuildTestSource(const SourceSettings& settings);

}  // namespace isr
