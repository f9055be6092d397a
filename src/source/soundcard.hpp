#pragma once

#include "source/source_type.hpp"

namespace isr {

/// `type = soundcard`: an ALSA PCM, bit-exact, on the card's own clock.
SourceBin BuildSoundcard(const SourceSettings& settings);

}  // namespace isr
