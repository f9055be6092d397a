#include "webrtc/live_pipeline.hpp"

#include <gst/app/gstappsrc.h>

#include "glib/element.hpp"
#include "glib/property.hpp"

namespace isr {
namespace {

GstClock* LiveClock() {
  static GstClock* const clock = gst_system_clock_obtain();
  return clock;
}

}  // namespace

Ref<GstElement> MakeLivePipeline(const std::string& name) {
  Ref<GstElement> pipeline = MakePipeline(name);
  gst_pipeline_use_clock(GST_PIPELINE(pipeline.Get()), LiveClock());
  gst_element_set_start_time(pipeline.Get(), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline.Get(), 0);
  return pipeline;
}

Ref<GstElement> MakeLiveSource(GstCaps* caps, GstClockTime most) {
  Ref<GstElement> source = MakeElement("appsrc");
  SetEnumProperty(source.Get(), "format", "time");
  SetProperty(source.Get(), "is-live", true);
  SetProperty(source.Get(), "max-bytes", guint64{0});
  SetProperty(source.Get(), "max-time", static_cast<guint64>(most));
  SetEnumProperty(source.Get(), "leaky-type", "downstream");
  if (caps != nullptr) gst_app_src_set_caps(GST_APP_SRC(source.Get()), caps);
  return source;
}

GstClockTime LiveNow() {
  return gst_clock_get_time(LiveClock());
}

}  // namespace isr
