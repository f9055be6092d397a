#include "source/hls.hpp"

#include <string>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "glib/element.hpp"
#include "glib/ref.hpp"

namespace isr {
namespace {

/// What C holds of us, in the streaming threads of one run. The bin owns the elements, and goes
/// after their threads.
struct Hls {
  GstElement* const bin;
  GstElement* const parser;
  bool found = false;  ///< the first audio
};

void Fail(const Hls& hls, const Error& error) {
  GST_ELEMENT_ERROR(hls.parser, CORE, MISSING_PLUGIN, ("%s", Describe(error).c_str()), (nullptr));
}

Ref<GstPad> SinkOf(GstElement* element) {
  return Ref<GstPad>::Adopt(gst_element_get_static_pad(element, "sink"));
}

void LinkOrThrow(GstPad* source, GstPad* sink) {
  if (gst_pad_link(source, sink) != GST_PAD_LINK_OK) throw Error("cannot link the HLS demuxer");
}

Ref<GstElement> AddRunning(GstElement* bin, Ref<GstElement> element) {
  gst_bin_add(GST_BIN(bin), element.Get());
  gst_element_sync_state_with_parent(element.Get());
  return element;
}

/// The demuxer gives AAC from MP4 without headers, which the parser needs.
Ref<GstPad> EntryFor(const Hls& hls, const GstStructure* caps) {
  int version = 0;
  gst_structure_get_int(caps, "mpegversion", &version);
  if (version != 4) return SinkOf(hls.parser);
  const auto filter =
      AddRunning(hls.bin, MakeCapsFilter("audio/mpeg,mpegversion=4,stream-format=adts"));
  const auto framer = AddRunning(hls.bin, MakeElement("aacparse"));
  if (!gst_element_link_many(framer.Get(), filter.Get(), hls.parser, nullptr)) {
    throw Error("cannot link the HLS demuxer");
  }
  return SinkOf(framer.Get());
}

GstCaps* CapsIn(GstEvent* event) {
  GstCaps* caps = nullptr;
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) gst_event_parse_caps(event, &caps);
  return caps;
}

/// The demuxer's pads have no caps when they appear.
GstPadProbeReturn OnPadEvent(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
  return Guarded("HLS pad", GST_PAD_PROBE_OK, [&] {
    GstCaps* const caps = CapsIn(GST_PAD_PROBE_INFO_EVENT(info));
    if (caps == nullptr) return GST_PAD_PROBE_OK;
    Hls& hls = *static_cast<Hls*>(data);
    try {
      LinkOrThrow(pad, EntryFor(hls, gst_caps_get_structure(caps, 0)).Get());
    } catch (const Error& error) {
      Fail(hls, error);
    }
    return GST_PAD_PROBE_REMOVE;
  });
}

void OnPadAdded(GstElement* /*demuxer*/, GstPad* pad, gpointer data) noexcept {
  Guarded("HLS pads", [&] {
    Hls& hls = *static_cast<Hls*>(data);
    if (hls.found || !g_str_has_prefix(GST_PAD_NAME(pad), "audio")) return;
    hls.found = true;
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, OnPadEvent, data, nullptr);
  });
}

void PlugIn(GstPad* http_pad, Hls* hls) {
  const auto demuxer = AddRunning(hls->bin, MakeElement("hlsdemux2"));
  g_signal_connect(demuxer.Get(), "pad-added", G_CALLBACK(OnPadAdded), hls);
  const auto parser_pad = SinkOf(hls->parser);
  gst_pad_unlink(http_pad, parser_pad.Get());
  LinkOrThrow(http_pad, SinkOf(demuxer.Get()).Get());
}

GstPadProbeReturn OnEvent(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
  return Guarded("HLS probe", GST_PAD_PROBE_OK, [&] {
    GstCaps* const caps = CapsIn(GST_PAD_PROBE_INFO_EVENT(info));
    if (caps == nullptr ||
        !gst_structure_has_name(gst_caps_get_structure(caps, 0), "application/x-hls")) {
      return GST_PAD_PROBE_OK;
    }
    auto* const hls = static_cast<Hls*>(data);
    try {
      PlugIn(pad, hls);
    } catch (const Error& error) {
      Fail(*hls, error);
    }
    return GST_PAD_PROBE_OK;
  });
}

}  // namespace

void PlugInHls(GstElement* bin, GstElement* http, GstElement* parser) {
  // hlsdemux2 wants to know that nobody here minds more streams than one.
  GST_OBJECT_FLAG_SET(bin, GST_BIN_FLAG_STREAMS_AWARE);
  const auto pad = Ref<GstPad>::Adopt(gst_element_get_static_pad(http, "src"));
  gst_pad_add_probe(pad.Get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, OnEvent,
                    new Hls{.bin = bin, .parser = parser},
                    [](gpointer hls) { delete static_cast<Hls*>(hls); });
}

}  // namespace isr
