#pragma once

#include <gst/gst.h>

namespace isr {

/// Registers isr's elements with `plugin`, or with the process when it is nullptr.
bool RegisterElements(GstPlugin* plugin);

}  // namespace isr
