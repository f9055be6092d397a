#include "recorder/taps.hpp"

#include <utility>

#include "base/guarded.hpp"
#include "glib/ref.hpp"

namespace isr {
namespace {

class TapPair final : public FrameTap {
 public:
  TapPair(std::shared_ptr<FrameTap> one, std::shared_ptr<FrameTap> other)
      : one_(std::move(one)), other_(std::move(other)) {}

  void OnFormat(const CodedFormat& format) override {
    one_->OnFormat(format);
    other_->OnFormat(format);
  }
  void OnFile(unsigned number) override {
    one_->OnFile(number);
    other_->OnFile(number);
  }
  void OnFrames(ByteView bytes, std::span<const FrameEntry> entries) override {
    one_->OnFrames(bytes, entries);
    other_->OnFrames(bytes, entries);
  }

 private:
  const std::shared_ptr<FrameTap> one_;    // shared with who made it
  const std::shared_ptr<FrameTap> other_;  // likewise
};

/// What a pad probe holds. Streaming thread.
struct PcmProbe {
  std::shared_ptr<AudioTap> tap;  // shared with who listens
  GstAudioInfo info{};
};

void TakeCaps(PcmProbe& probe, GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  if (!gst_audio_info_from_caps(&probe.info, caps)) probe.info = {};
}

void TakeBuffer(const PcmProbe& probe, GstBuffer* buffer) {
  if (!probe.tap->IsWanted() || probe.info.bpf == 0) return;
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
  probe.tap->OnPcm(probe.info, {map.data, map.size});
  gst_buffer_unmap(buffer, &map);
}

GstPadProbeReturn OnPass(GstPad* /*pad*/, GstPadProbeInfo* info, gpointer data) noexcept {
  Guarded("pcm tap", [&] {
    auto& probe = *static_cast<PcmProbe*>(data);
    if ((GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
      TakeBuffer(probe, GST_PAD_PROBE_INFO_BUFFER(info));
    } else {
      TakeCaps(probe, GST_PAD_PROBE_INFO_EVENT(info));
    }
  });
  return GST_PAD_PROBE_OK;
}

}  // namespace

std::shared_ptr<FrameTap> BothTaps(std::shared_ptr<FrameTap> one, std::shared_ptr<FrameTap> other) {
  if (one == nullptr) return other;
  if (other == nullptr) return one;
  return std::make_shared<TapPair>(std::move(one), std::move(other));
}

void TapPcm(GstElement* element, std::shared_ptr<AudioTap> tap) {
  const auto pad = Ref<GstPad>::Adopt(gst_element_get_static_pad(element, "src"));
  gst_pad_add_probe(
      pad.Get(), GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      OnPass, new PcmProbe{.tap = std::move(tap)},
      [](gpointer data) { delete static_cast<PcmProbe*>(data); });
}

}  // namespace isr
