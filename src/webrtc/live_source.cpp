#include "webrtc/live_source.hpp"

#include <cstring>
#include <utility>

#include "webrtc/live_pipeline.hpp"

namespace isr {
namespace {

/// After so long without audio it is silence that is heard.
constexpr GstClockTime kPatience = 300 * GST_MSECOND;
constexpr std::chrono::milliseconds kSilenceInterval{50};

/// What a source gives faster than time passes, beyond this much, is of the past.
constexpr GstClockTime kMostAhead = GST_SECOND;

/// Whoever listens has two ears; channels without positions cannot be mixed down.
constexpr int kMostChannels = 2;

constexpr const char* kSilenceCaps =
    "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2";
constexpr guint64 kSilenceRate = 48000;
constexpr gsize kSilenceFrame = 4;

}  // namespace

void LiveSource::Join(std::uint32_t listener, const LiveProfile& profile) {
  auto& encoding = encodings_[profile];
  if (encoding == nullptr) encoding = std::make_unique<Encoding>(profile);
  ++encoding->listeners;
  listeners_.emplace(listener, profile);
  if (!silence_.IsActive()) {
    silence_ = SourceHandle::Every(kSilenceInterval, [this] { FillSilence(); });
  }
}

void LiveSource::Connect(std::uint32_t listener, Ref<GstElement> appsrc) {
  const auto found = listeners_.find(listener);
  if (found == listeners_.end()) return;
  encodings_.at(found->second)->encoder.Listeners().Add(listener, std::move(appsrc));
}

void LiveSource::Leave(std::uint32_t listener) {
  const auto gone = listeners_.extract(listener);
  if (gone.empty()) return;
  const auto encoding = encodings_.find(gone.mapped());
  encoding->second->encoder.Listeners().Remove(listener);
  if (--encoding->second->listeners == 0) encodings_.erase(encoding);
  if (listeners_.empty()) silence_.Reset();
}

void LiveSource::Take(const LiveMessage& message) {
  if (message.kind == LiveKind::kPcmFormat) {
    const auto caps =
        Ref<GstCaps>::Adopt(gst_caps_from_string(std::string(message.Text()).c_str()));
    pcm_caps_ = {};
    if (!caps || !gst_audio_info_from_caps(&pcm_, caps.Get())) return;
    GstAudioInfo heard = pcm_;
    if (pcm_.channels > kMostChannels) {
      gst_audio_info_set_format(&heard, GST_AUDIO_INFO_FORMAT(&pcm_), pcm_.rate, kMostChannels,
                                nullptr);
    }
    pcm_caps_ = Ref<GstCaps>::Adopt(gst_audio_info_to_caps(&heard));
  } else if (message.kind == LiveKind::kPcm && pcm_caps_) {
    TakePcm(message.payload);
  }
}

void LiveSource::TakePcm(ByteView bytes) {
  const auto from = static_cast<std::size_t>(pcm_.bpf);
  const std::size_t to = from / static_cast<std::size_t>(pcm_.channels) *
                         static_cast<std::size_t>(std::min(pcm_.channels, kMostChannels));
  const std::size_t frames = bytes.size() / from;
  if (frames == 0) return;
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, frames * to, nullptr);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  for (std::size_t i = 0; i < frames; ++i) {
    std::memcpy(map.data + i * to, bytes.data() + i * from, to);
  }
  gst_buffer_unmap(buffer, &map);
  Play(pcm_caps_.Get(), Ref<GstBuffer>::Adopt(buffer),
       gst_util_uint64_scale_int(frames, GST_SECOND, pcm_.rate));
}

/// By the source's own count of time, as long as that and ours do not come apart: who listens makes
/// up for the rest.
void LiveSource::Play(GstCaps* caps, const Ref<GstBuffer>& pcm, GstClockTime duration) {
  const GstClockTime now = LiveNow();
  if (position_ > now + kMostAhead) return;
  if (position_ + kPatience < now) position_ = now;
  GST_BUFFER_PTS(pcm.Get()) = position_;
  GST_BUFFER_DURATION(pcm.Get()) = duration;
  position_ += duration;
  for (const auto& [profile, encoding] : encodings_) encoding->encoder.Push(caps, pcm.Get());
}

void LiveSource::FillSilence() {
  const GstClockTime now = LiveNow();
  if (position_ + kPatience > now) return;
  if (!silence_caps_) silence_caps_ = Ref<GstCaps>::Adopt(gst_caps_from_string(kSilenceCaps));
  // After a time in which nobody listened there is nothing to make up for.
  const GstClockTime missing = std::min<GstClockTime>(now - position_, 2 * kPatience);
  position_ = now - missing;
  const guint64 frames = gst_util_uint64_scale(missing, kSilenceRate, GST_SECOND);
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, frames * kSilenceFrame, nullptr);
  gst_buffer_memset(buffer, 0, 0, frames * kSilenceFrame);
  Play(silence_caps_.Get(), Ref<GstBuffer>::Adopt(buffer), missing);
}

}  // namespace isr
