#include "pipeline/run_to_end.hpp"

namespace isr {
namespace {

constexpr GstClockTime kStepInterval = 200 * GST_MSECOND;
constexpr auto kAwaited =
    static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);

}  // namespace

Ref<GstMessage> RunToEnd(GstElement* pipeline, const std::function<void(GstMessage* heard)>& step) {
  const auto bus = Ref<GstBus>::Adopt(gst_element_get_bus(pipeline));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  Ref<GstMessage> last;
  while (!last) {
    auto message =
        Ref<GstMessage>::Adopt(gst_bus_timed_pop_filtered(bus.Get(), kStepInterval, kAwaited));
    const bool is_end = message && GST_MESSAGE_TYPE(message.Get()) != GST_MESSAGE_ELEMENT;
    step(is_end ? nullptr : message.Get());
    if (is_end) last = std::move(message);
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  return GST_MESSAGE_TYPE(last.Get()) == GST_MESSAGE_ERROR ? last : Ref<GstMessage>();
}

Ref<GstMessage> RunPart(GstElement* pipeline, GstClockTime start, GstClockTime stop) {
  if (start > 0) {
    gst_element_set_state(pipeline, GST_STATE_PAUSED);
    // An error is on the bus for RunToEnd.
    gst_element_get_state(pipeline, nullptr, nullptr, GST_CLOCK_TIME_NONE);
    gst_element_seek(pipeline, 1.0, GST_FORMAT_TIME,
                     static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                     GST_SEEK_TYPE_SET, static_cast<gint64>(start), GST_SEEK_TYPE_SET,
                     static_cast<gint64>(stop));
  }
  return RunToEnd(pipeline, [](GstMessage* /*heard*/) {});
}

}  // namespace isr
