#pragma once

#include <utility>

#include <gst/gst.h>

#include "glib/ref.hpp"

namespace isr {

/// An element outside of any pipeline that plays as long as this lives: a decoder that is given its
/// buffers by hand. For processes that do nothing else; the changes of state may wait.
class RunningElement {
 public:
  explicit RunningElement(Ref<GstElement> element);
  ~RunningElement();
  RunningElement(const RunningElement&) = delete;
  RunningElement& operator=(const RunningElement&) = delete;

  GstElement* Get() const { return element_.Get(); }

 private:
  const Ref<GstElement> element_;
};

}  // namespace isr
