#include "webrtc/encoder.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include "base/guarded.hpp"
#include "glib/element.hpp"
#include "glib/property.hpp"
#include "webrtc/live_pipeline.hpp"

namespace isr {
namespace {

/// Of PCM that waits for its encoder.
constexpr GstClockTime kMostWaiting = GST_SECOND;

/// 5 costs half of 10, and at the bit rates of here nobody hears the difference.
constexpr gint kComplexity = 5;

/// In-band FEC is only sent where losses are expected.
constexpr gint kExpectedLoss = 5;

const char* BandwidthOf(int max_playback_rate) {
  if (max_playback_rate <= 8000) return "narrowband";
  if (max_playback_rate <= 12000) return "mediumband";
  if (max_playback_rate <= 16000) return "wideband";
  if (max_playback_rate <= 24000) return "superwideband";
  return "fullband";
}

Ref<GstElement> MakeOpus(const LiveProfile& profile) {
  Ref<GstElement> opus = MakeElement("opusenc");
  SetProperty(opus.Get(), "bitrate", gint{profile.bitrate});
  SetEnumProperty(opus.Get(), "bitrate-type", profile.cbr ? "cbr" : "vbr");
  SetEnumProperty(opus.Get(), "bandwidth", BandwidthOf(profile.max_playback_rate));
  SetProperty(opus.Get(), "inband-fec", profile.inband_fec);
  SetProperty(opus.Get(), "packet-loss-percentage", profile.inband_fec ? kExpectedLoss : gint{0});
  SetProperty(opus.Get(), "dtx", profile.dtx);
  SetProperty(opus.Get(), "complexity", kComplexity);
  return opus;
}

Ref<GstElement> MakeEncoder(const LiveProfile& profile) {
  if (profile.codec == "opus") return MakeOpus(profile);
  if (profile.codec == "g722") return MakeElement("avenc_g722");
  return MakeElement(profile.codec == "pcmu" ? "mulawenc" : "alawenc");
}

std::string PcmCapsFor(const LiveProfile& profile) {
  const bool is_opus = profile.codec == "opus";
  const int rate = is_opus ? 48000 : profile.codec == "g722" ? 16000 : 8000;
  return fmt::format("audio/x-raw,format=S16LE,layout=interleaved,rate={},channels={}", rate,
                     is_opus && profile.stereo ? 2 : 1);
}

}  // namespace

Ref<GstCaps> EncodedCaps(const LiveProfile& profile) {
  std::string text = "audio/G722,rate=16000,channels=1";
  if (profile.codec == "opus") {
    text = fmt::format(
        "audio/x-opus,rate=48000,channels={},channel-mapping-family=0,stream-count=1,"
        "coupled-count={}",
        profile.stereo ? 2 : 1, int{profile.stereo});
  } else if (profile.codec != "g722") {
    text =
        fmt::format("audio/x-{},rate=8000,channels=1", profile.codec == "pcmu" ? "mulaw" : "alaw");
  }
  return Ref<GstCaps>::Adopt(gst_caps_from_string(text.c_str()));
}

Encoder::Encoder(const LiveProfile& profile) : source_(MakeLiveSource(nullptr, kMostWaiting)) {
  const Ref<GstElement> sink = MakeElement("appsink");
  SetProperty(sink.Get(), "sync", false);
  SetProperty(sink.Get(), "emit-signals", true);
  g_signal_connect_data(
      sink.Get(), "new-sample", G_CALLBACK(OnSample), new std::shared_ptr<FanOut>(listeners_),
      [](gpointer data, GClosure* /*closure*/) {
        delete static_cast<std::shared_ptr<FanOut>*>(data);
      },
      GConnectFlags(0));
  const Ref<GstElement> pipeline = MakeLivePipeline("encoder");
  AddAndLink(pipeline.Get(), {source_, MakeElement("audioconvert"), MakeElement("audioresample"),
                              MakeCapsFilter(PcmCapsFor(profile)), MakeEncoder(profile), sink});
  pipeline_ = std::make_unique<RunningElement>(pipeline);
}

void Encoder::Push(GstCaps* caps, GstBuffer* pcm) {
  if (caps_.Get() != caps) {
    caps_ = Ref<GstCaps>::Share(caps);
    gst_app_src_set_caps(GST_APP_SRC(source_.Get()), caps);
  }
  gst_app_src_push_buffer(GST_APP_SRC(source_.Get()), gst_buffer_ref(pcm));
}

/// Streaming thread.
GstFlowReturn Encoder::OnSample(GstElement* sink, gpointer listeners) noexcept {
  return Guarded("encoder", GST_FLOW_ERROR, [&] {
    const auto sample = Ref<GstSample>::Adopt(gst_app_sink_pull_sample(GST_APP_SINK(sink)));
    GstBuffer* const buffer = sample ? gst_sample_get_buffer(sample.Get()) : nullptr;
    if (buffer != nullptr) (*static_cast<std::shared_ptr<FanOut>*>(listeners))->Push(buffer);
    return GST_FLOW_OK;
  });
}

}  // namespace isr
