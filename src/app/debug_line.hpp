#pragma once

#include <string>

#include "config/settings.hpp"

namespace isr {

/// The command that records a source with gst-launch-1.0 alone, as the daemon would, into files
/// `<source>000.<ext>` ... of the working directory. Holds no secret: USER and PASSWORD stand where
/// they go. Asks drivers what there is. Throws Error.
std::string DebugLine(SourceSettings settings);

}  // namespace isr
