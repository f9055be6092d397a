#pragma once

#include "source/source_type.hpp"

namespace isr {

/// `type = stream`: an Icecast or HTTP stream, its frames as they come.
SourceBin BuildStream(const SourceSettings& settings);

}  // namespace isr
