#include "worker/frame_decoder.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "format/flac_metadata.hpp"
#include "media/coded_caps.hpp"

namespace isr {
namespace {

bool IsFlac(const CodedFormat& format) {
  return format.codec == Codec::kFlac || format.codec == Codec::kOggFlac;
}

/// What the decoder of native FLAC wants to see first. Ogg's first packet has STREAMINFO at its end
/// (xiph.org/flac/ogg_mapping.html).
Bytes FlacHead(const CodedFormat& format) {
  if (format.headers.empty() || format.headers.front().size() < kFlacStreamInfoBytes) {
    throw Error("a FLAC stream without a STREAMINFO");
  }
  Bytes head = {'f', 'L', 'a', 'C'};
  AppendFlacBlock(head, true, FlacBlockHeader::kStreamInfo,
                  ByteView(format.headers.front()).last(kFlacStreamInfoBytes));
  return head;
}

/// As its decoder wants to have it.
CodedFormat ForDecoder(CodedFormat format) {
  if (IsFlac(format)) format.headers = {FlacHead(format)};
  return format;
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

Ref<GstPad> StaticPad(GstElement* element, const char* name) {
  return Ref<GstPad>::Adopt(gst_element_get_static_pad(element, name));
}

Ref<GstPad> NewPad(const char* name, GstPadDirection direction) {
  return Ref<GstPad>::Adopt(GST_PAD(gst_object_ref_sink(gst_pad_new(name, direction))));
}

}  // namespace

FrameDecoder::FrameDecoder(const CodedFormat& format, Output& output) : output_(output) {
  gst_audio_info_init(&info_);
  const CodedFormat coded = ForDecoder(format);
  const auto caps = CapsOf(coded);
  const Ref<GstElement> decoder = MakeDecoder(caps.Get());
  if (!decoder) throw Error(NoDecoderText(format.codec));
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
  if (!IsFlac(coded)) return;
  const Bytes& flac_head = coded.headers.front();
  GstBuffer* const head = gst_buffer_new_memdup(flac_head.data(), flac_head.size());
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
