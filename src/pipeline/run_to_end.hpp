#pragma once

#include <functional>

#include <gst/gst.h>

#include "glib/ref.hpp"

namespace isr {

/// Runs a pipeline that ends by itself, and waits for that however long it takes: for processes
/// that do nothing else, as a state change may hang in it. `step` is called a few times a second,
/// with an element message or nullptr. Returns the error that ended it; nothing at its proper end.
Ref<GstMessage> RunToEnd(GstElement* pipeline, const std::function<void(GstMessage* heard)>& step);

/// The same for the part from `start` to `stop` (ns) alone, where the pipeline can seek; else from
/// the begin on. Buffers from the file's begin may pass before it.
Ref<GstMessage> RunPart(GstElement* pipeline, GstClockTime start, GstClockTime stop);

}  // namespace isr
