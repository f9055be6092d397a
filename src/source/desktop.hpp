#pragma once

#include "source/source_type.hpp"

namespace isr {

/// `type = pulse`: what a PulseAudio server plays or hears.
SourceBin BuildPulse(const SourceSettings& settings);

}  // namespace isr
