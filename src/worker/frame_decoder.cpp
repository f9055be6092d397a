#include "worker/frame_decoder.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/guarded.hpp"

namespace isr {
namespace {

constexpr std::size_t kStreamInfoBytes = 34;

/// What the decoder of native FLAC wants to see first. Ogg's first packet has it at its end
/// (xiph.org/flac/ogg_mapping.html).
Bytes FlacHead(const CodedFormat& format) {
  Bytes head = {'f', 'L', 'a', 'C', 0x80, 0, 0, kStreamInfoBytes};
  if (format.headers.empty() || format.headers.front().size() < kStreamInfoBytes) {
    throw Error("a FLAC stream without a STREAMINFO");
  }
  AppendBytes(head, ByteView(format.headers.front()).last(kStreamInfoBytes));
  return head;
}

std::string CapsText(const CodedFormat& format) {
  const auto with_rate = [&format](const char* start) {
    return format.channels > 0
               ? fmt::format("{},rate={},channels={}", start, format.rate, format.channels)
               : fmt::format("{},rate={}", start, format.rate);
  };
  switch (format.codec) {
    case Codec::kMpegAudio:
      return with_rate("audio/mpeg,mpegversion=1,parsed=true") +
             fmt::format(",layer={}", format.layer);
    case Codec::kAdtsAac:
      return with_rate("audio/mpeg,mpegversion=4,stream-format=adts,framed=true");
    case Codec::kFlac:
    case Codec::kOggFlac:
      return with_rate("audio/x-flac,framed=true");
    case Codec::kVorbis:
      return with_rate("audio/x-vorbis");
    case Codec::kOpus:
      return with_rate("audio/x-opus,channel-mapping-family=0");
  }
  return "";
}

Ref<GstCaps> CapsFor(const CodedFormat& format, const std::vector<Bytes>& headers) {
  auto caps = Ref<GstCaps>::Adopt(gst_caps_from_string(CapsText(format).c_str()));
  if (headers.empty()) return caps;
  GValue list = G_VALUE_INIT;
  g_value_init(&list, GST_TYPE_ARRAY);
  for (const Bytes& header : headers) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_BUFFER);
    gst_value_take_buffer(&value, gst_buffer_new_memdup(header.data(), header.size()));
    gst_value_array_append_and_take_value(&list, &value);
  }
  gst_caps_set_value(caps.Get(), "streamheader", &list);
  g_value_unset(&list);
  return caps;
}

/// The decoder of the highest rank that takes these caps.
Ref<GstElement> MakeDecoder(GstCaps* caps) {
  GList* const all =
      gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_DECODER, GST_RANK_MARGINAL);
  GList* const fitting = gst_element_factory_list_filter(all, caps, GST_PAD_SINK, FALSE);
  GList* const ranked = g_list_sort(fitting, gst_plugin_feature_rank_compare_func);
  Ref<GstElement> decoder;
  for (GList* one = ranked; one != nullptr && !decoder; one = one->next) {
    GstElement* const made = gst_element_factory_create(GST_ELEMENT_FACTORY(one->data), nullptr);
    if (made != nullptr) decoder = Ref<GstElement>::Adopt(GST_ELEMENT(gst_object_ref_sink(made)));
  }
  gst_plugin_feature_list_free(ranked);
  gst_plugin_feature_list_free(all);
  return decoder;
}

const char* NameOf(Codec codec) {
  switch (codec) {
    case Codec::kMpegAudio:
      return "MPEG audio";
    case Codec::kAdtsAac:
      return "AAC";
    case Codec::kFlac:
    case Codec::kOggFlac:
      return "FLAC";
    case Codec::kVorbis:
      return "Vorbis";
    case Codec::kOpus:
      return "Opus";
  }
  return "it";
}

Ref<GstPad> StaticPad(GstElement* element, const char* name) {
  return Ref<GstPad>::Adopt(gst_element_get_static_pad(element, name));
}

Ref<GstPad> NewPad(const char* name, GstPadDirection direction) {
  return Ref<GstPad>::Adopt(GST_PAD(gst_object_ref_sink(gst_pad_new(name, direction))));
}

}  // namespace

FrameDecoder::FrameDecoder(const CodedFormat& format, Output& output) : output_(output) {
  gst_audio_info_init(&info_);
  const bool is_flac = format.codec == Codec::kFlac || format.codec == Codec::kOggFlac;
  const std::vector<Bytes> headers =
      is_flac ? std::vector<Bytes>(1, FlacHead(format)) : format.headers;
  const auto caps = CapsFor(format, headers);
  const Ref<GstElement> decoder = MakeDecoder(caps.Get());
  if (!decoder) throw Error(fmt::format("no decoder for {} is installed", NameOf(format.codec)));
  source_ = NewPad("src", GST_PAD_SRC);
  sink_ = NewPad("sink", GST_PAD_SINK);
  gst_pad_set_element_private(sink_.Get(), this);
  gst_pad_set_chain_function(sink_.Get(), OnChain);
  gst_pad_set_event_function(sink_.Get(), OnEvent);
  gst_pad_link(source_.Get(), StaticPad(decoder.Get(), "sink").Get());
  gst_pad_link(StaticPad(decoder.Get(), "src").Get(), sink_.Get());
  gst_pad_set_active(sink_.Get(), TRUE);
  decoder_.emplace(decoder);
  gst_pad_set_active(source_.Get(), TRUE);

  gst_pad_push_event(source_.Get(), gst_event_new_stream_start("frames"));
  gst_pad_push_event(source_.Get(), gst_event_new_caps(caps.Get()));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(source_.Get(), gst_event_new_segment(&segment));
  if (!is_flac) return;
  GstBuffer* const head = gst_buffer_new_memdup(headers.front().data(), headers.front().size());
  GST_BUFFER_FLAG_SET(head, GST_BUFFER_FLAG_HEADER);
  Push(Ref<GstBuffer>::Adopt(head));
}

FrameDecoder::~FrameDecoder() {
  gst_pad_set_active(source_.Get(), FALSE);
  decoder_.reset();
  gst_pad_set_active(sink_.Get(), FALSE);
}

bool FrameDecoder::Push(Ref<GstBuffer> buffer) {
  return gst_pad_push(source_.Get(), buffer.Release()) == GST_FLOW_OK;
}

bool FrameDecoder::Take(ByteView frame, GstClockTime pts, GstClockTime duration,
                        bool is_discontinuity) {
  GstBuffer* const buffer = gst_buffer_new_memdup(frame.data(), frame.size());
  GST_BUFFER_PTS(buffer) = pts;
  GST_BUFFER_DURATION(buffer) = duration;
  if (is_discontinuity) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
  return Push(Ref<GstBuffer>::Adopt(buffer));
}

void FrameDecoder::Finish() {
  gst_pad_push_event(source_.Get(), gst_event_new_eos());
}

GstFlowReturn FrameDecoder::OnChain(GstPad* pad, GstObject* /*parent*/,
                                    GstBuffer* buffer) noexcept {
  return Guarded("decoded audio", GST_FLOW_ERROR, [&] {
    const auto owned = Ref<GstBuffer>::Adopt(buffer);
    auto& self = *static_cast<FrameDecoder*>(gst_pad_get_element_private(pad));
    if (!GST_AUDIO_INFO_IS_VALID(&self.info_)) return GST_FLOW_NOT_NEGOTIATED;
    self.output_.OnAudio(self.info_, buffer);
    return GST_FLOW_OK;
  });
}

gboolean FrameDecoder::OnEvent(GstPad* pad, GstObject* /*parent*/, GstEvent* event) noexcept {
  auto& self = *static_cast<FrameDecoder*>(gst_pad_get_element_private(pad));
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    gst_audio_info_from_caps(&self.info_, caps);
  }
  gst_event_unref(event);
  return TRUE;
}

}  // namespace isr
