#include "pipeline/running_element.hpp"

namespace isr {

RunningElement::RunningElement(Ref<GstElement> element) : element_(std::move(element)) {
  gst_element_set_state(element_.Get(), GST_STATE_PLAYING);
}

RunningElement::~RunningElement() {
  gst_element_set_state(element_.Get(), GST_STATE_NULL);
}

}  // namespace isr
