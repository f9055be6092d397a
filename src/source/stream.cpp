#include "source/stream.hpp"

#include <atomic>

#include "base/guarded.hpp"
#include "glib/element.hpp"
#include "glib/property.hpp"

namespace isr {
namespace {

/// souphttpsrc hides a lost connection: it asks again with a Range and stitches what comes back
/// to what it had, for a live stream garbage and a hole nobody knows of. A second answer of the
/// server therefore ends this pipeline before its first byte passes; the supervisor reconnects.
class SecondAnswerGuard {
 public:
  static void Attach(GstElement* souphttpsrc) {
    const auto pad = Ref<GstPad>::Adopt(gst_element_get_static_pad(souphttpsrc, "src"));
    gst_pad_add_probe(pad.Get(),
                      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                                   GST_PAD_PROBE_TYPE_BUFFER),
                      OnData, new SecondAnswerGuard,
                      [](gpointer self) { delete static_cast<SecondAnswerGuard*>(self); });
  }

 private:
  static GstPadProbeReturn OnData(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
    return Guarded("stream probe", GST_PAD_PROBE_OK, [&] {
      auto& self = *static_cast<SecondAnswerGuard*>(data);
      if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) == 0) {
        return self.OnEvent(pad, GST_PAD_PROBE_INFO_EVENT(info));
      }
      return self.answers_ > 1 ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
    });
  }

  GstPadProbeReturn OnEvent(GstPad* pad, GstEvent* event) {
    if (!gst_event_has_name(event, "http-headers")) return GST_PAD_PROBE_OK;
    if (++answers_ != 2) return GST_PAD_PROBE_OK;
    const auto element = Ref<GstElement>::Adopt(gst_pad_get_parent_element(pad));
    if (element) {
      GST_ELEMENT_ERROR(element.Get(), RESOURCE, READ, ("The connection was lost."), (nullptr));
    }
    return GST_PAD_PROBE_DROP;
  }

  int answers_ = 0;  // streaming thread only
};

Ref<GstElement> MakeHttpSource(const StreamSettings& stream) {
  Ref<GstElement> http = MakeElement("souphttpsrc");
  SetProperty(http.Get(), "location", stream.url);
  SetProperty(http.Get(), "is-live", true);
  SetProperty(http.Get(), "keep-alive", false);
  // Only the supervisor keeps time.
  SetProperty(http.Get(), "timeout", guint{0});
  SetProperty(http.Get(), "retries", gint{0});
  SetProperty(http.Get(), "user-agent", std::string("isr/" ISR_VERSION));
  if (!stream.username.empty()) {
    SetProperty(http.Get(), "user-id", stream.username);
    SetProperty(http.Get(), "user-pw", stream.password);
  }
  SecondAnswerGuard::Attach(http.Get());
  return http;
}

}  // namespace

SourceBin BuildStream(const SourceSettings& settings) {
  const auto& stream = std::get<StreamSettings>(settings.specific);
  SourceBin source{.bin = MakeBin("source"), .kind = SourceBin::Kind::kCoded, .origin = stream.url};
  const Ref<GstElement> parser = MakeElement("isrparse");
  SetProperty(parser.Get(), "format", stream.format);
  AddAndLink(source.bin.Get(), {MakeHttpSource(stream), parser});
  ExposeSourcePad(source.bin.Get(), parser.Get());
  return source;
}

}  // namespace isr
