#include "worker/decode_pipeline.hpp"

#include <array>
#include <cstring>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/guarded.hpp"
#include "format/flac_metadata.hpp"
#include "glib/element.hpp"
#include "glib/property.hpp"
#include "media/coded_caps.hpp"
#include "worker/decode.hpp"

namespace isr {
namespace {

std::optional<std::int64_t> StreamTimeOf(GstPad* pad, GstBuffer* buffer) {
  const auto event = Ref<GstEvent>::Adopt(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
  if (!event || !GST_BUFFER_PTS_IS_VALID(buffer)) return std::nullopt;
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event.Get(), &segment);
  guint64 time = 0;
  const int sign =
      gst_segment_to_stream_time_full(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer), &time);
  if (sign == 0) return std::nullopt;
  return sign * static_cast<std::int64_t>(time);
}

/// GStreamer 1.22 takes its frames for none.
bool IsFlacOf32Bits() {
  constexpr std::size_t kBlock = 8;  // behind "fLaC" and the block's header
  std::array<std::uint8_t, 42> head{};
  const ssize_t size = ::pread(kDecodeInput, head.data(), head.size(), 0);
  if (size != std::ssize(head) || std::memcmp(head.data(), "fLaC", 4) != 0) return false;
  const auto info = ParseFlacStreamInfo(std::span(head).subspan(kBlock));
  return info.has_value() && info->bits == 32;
}

}  // namespace

Ref<GstElement> MakeFileReader() {
  Ref<GstElement> reader = MakeElement("filesrc");
  SetProperty(reader.Get(), "location", fmt::format("/proc/self/fd/{}", kDecodeInput));
  return reader;
}

Ref<GstElement> MakeDecodeEnd() {
  Ref<GstElement> sink = MakeElement("fakesink");
  SetProperty(sink.Get(), "sync", false);
  SetProperty(sink.Get(), "async", false);
  return sink;
}

DecodePipeline::DecodePipeline(Handler handler)
    : handler_(std::move(handler)), pipeline_(MakePipeline("decode")) {
  const Ref<GstElement> decoder = MakeElement("decodebin");
  AddAndLink(pipeline_.Get(), {MakeFileReader(), decoder});
  if (IsFlacOf32Bits()) missing_decoder_ = "this GStreamer decodes no FLAC of 32 bits";
  g_signal_connect(decoder.Get(), "pad-added", G_CALLBACK(OnPadAdded), this);
  g_signal_connect(decoder.Get(), "unknown-type", G_CALLBACK(OnUnknownType), this);
}

void DecodePipeline::OnPadAdded(GstElement* /*decodebin*/, GstPad* pad, gpointer self) noexcept {
  Guarded("decode pad", [&] {
    auto& pipeline = *static_cast<DecodePipeline*>(self);
    const Ref<GstElement> end = MakeDecodeEnd();
    gst_bin_add(GST_BIN(pipeline.Get()), end.Get());
    gst_element_sync_state_with_parent(end.Get());
    const auto sink = Ref<GstPad>::Adopt(gst_element_get_static_pad(end.Get(), "sink"));
    const auto caps = Ref<GstCaps>::Adopt(gst_pad_get_current_caps(pad));
    const bool is_audio =
        caps && gst_structure_has_name(gst_caps_get_structure(caps.Get(), 0), "audio/x-raw");
    if (is_audio && !std::exchange(pipeline.has_audio_, true)) {
      gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, OnBuffer, self, nullptr);
    }
    gst_pad_link(pad, sink.Get());
  });
}

void DecodePipeline::OnUnknownType(GstElement* /*decodebin*/, GstPad* /*pad*/, GstCaps* caps,
                                   gpointer self) noexcept {
  Guarded("decode pad", [&] {
    const auto format = FormatOfCaps(caps);
    if (!format.has_value()) return;
    static_cast<DecodePipeline*>(self)->missing_decoder_ = NoDecoderText(format->codec);
  });
}

GstPadProbeReturn DecodePipeline::OnBuffer(GstPad* pad, GstPadProbeInfo* info,
                                           gpointer self) noexcept {
  return Guarded("decode", GST_PAD_PROBE_OK, [&] {
    const auto caps = Ref<GstCaps>::Adopt(gst_pad_get_current_caps(pad));
    GstAudioInfo audio;
    if (caps && gst_audio_info_from_caps(&audio, caps.Get())) {
      GstBuffer* const buffer = GST_PAD_PROBE_INFO_BUFFER(info);
      static_cast<DecodePipeline*>(self)->handler_(audio, buffer, StreamTimeOf(pad, buffer));
    }
    return GST_PAD_PROBE_OK;
  });
}

}  // namespace isr
