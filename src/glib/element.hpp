#pragma once

#include <initializer_list>
#include <string>

#include <gst/gst.h>

#include "glib/ref.hpp"

namespace isr {

/// A new element, owned like any other (sunk). `name`: empty for one made up. Throws Error naming
/// the Debian package that has the element when it is not installed.
Ref<GstElement> MakeElement(const char* factory, const std::string& name = "");

/// A new bin (GstPipeline for `MakePipeline`).
Ref<GstElement> MakeBin(const std::string& name);
Ref<GstElement> MakePipeline(const std::string& name);

/// Adds the elements to `bin`, which shares their ownership, and links them in this order.
/// Throws Error naming the two that do not fit.
void AddAndLink(GstElement* bin, std::initializer_list<Ref<GstElement>> elements);

/// Shows the source pad of `element` as the bin's pad "src".
void ExposeSourcePad(GstElement* bin, GstElement* element);

/// A capsfilter. `caps`: ours, never a user's text. Throws Error.
Ref<GstElement> MakeCapsFilter(const std::string& caps);

}  // namespace isr
