#pragma once

#include "source/source_type.hpp"

namespace isr {

/// `type = pipewire` or `pulse`: what such a sound server plays or hears; `desktop`: the one that
/// runs.
SourceBin BuildDesktop(const SourceSettings& settings);

}  // namespace isr
