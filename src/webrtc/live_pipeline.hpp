#pragma once

#include <string>

#include <gst/gst.h>

#include "glib/ref.hpp"
#include "pipeline/running_element.hpp"

namespace isr {

/// A pipeline whose running time is the system's monotonic clock, as that of all others of
/// isr-live: buffers keep their time stamps on the way from one to the other.
Ref<GstElement> MakeLivePipeline(const std::string& name);

/// For MakeLivePipeline's: what is pushed has its time stamps. Lets go of the oldest when it waits
/// for longer than `most`. `caps` may be nullptr: they come with the samples.
Ref<GstElement> MakeLiveSource(GstCaps* caps, GstClockTime most);

/// That clock's time.
GstClockTime LiveNow();

}  // namespace isr
