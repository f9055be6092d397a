#include "webrtc/live_source.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "glib/log.hpp"
#include "media/mapped_audio.hpp"
#include "model/live.hpp"
#include "webrtc/live_pipeline.hpp"
#include "worker/wire.hpp"

namespace isr {
namespace {

/// After so long without audio it is silence that is heard.
constexpr GstClockTime kPatience = 300 * GST_MSECOND;
constexpr std::chrono::milliseconds kSilenceInterval{50};

/// What a source gives faster than time passes, beyond this much, is of the past: it has waited for
/// isr-live to start, say. webrtcbin holds packets back until their time has come, and then those
/// behind them would be lost.
constexpr GstClockTime kMostAhead = 100 * GST_MSECOND;

/// Coded frames are played so often, and so far ahead.
constexpr std::chrono::milliseconds kPaceInterval{20};
constexpr GstClockTime kLead = 40 * GST_MSECOND;
/// What waits of them: enough for the pieces in which most servers send, and, where it has run out,
/// twice as much, as far as the segments of HLS.
constexpr GstClockTime kFirstReserve = 400 * GST_MSECOND;
constexpr GstClockTime kMostReserve = 6400 * GST_MSECOND;

/// Whoever listens has two ears; channels without positions cannot be mixed down.
constexpr int kMostChannels = 2;

/// Each is an encoder that runs all the time.
constexpr std::size_t kMostProfiles = 4;

constexpr const char* kSilenceCaps =
    "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2";
constexpr guint64 kSilenceRate = 48000;
constexpr gsize kSilenceFrame = 4;

}  // namespace

LiveSource::LiveSource() : reserve_(kFirstReserve) {}

void LiveSource::Join(std::uint32_t listener, const LiveProfile& profile) {
  if (listeners_.empty()) ForgetWaiting();
  auto found = encodings_.find(profile);
  if (found == encodings_.end()) {
    if (encodings_.size() >= kMostProfiles) {
      throw LiveError("busy", "it is listened to in too many ways already; ask for no bitrate");
    }
    // Only one that could be made has a place.
    found = encodings_.emplace(profile, std::make_unique<Encoding>(profile)).first;
  }
  ++found->second->listeners;
  listeners_.emplace(listener, profile);
  if (!silence_.IsActive()) {
    silence_ = SourceHandle::Every(kSilenceInterval, [this] { FillSilence(); });
    pace_ = SourceHandle::Every(kPaceInterval, [this] { Pace(); });
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
  if (!listeners_.empty()) return;
  silence_.Reset();
  pace_.Reset();
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
    coded_.reset();
  } else if (message.kind == LiveKind::kPcm && pcm_caps_) {
    TakePcm(message.payload);
  } else if (message.kind == LiveKind::kCodedFormat) {
    TakeCodedFormat(message.payload);
  } else if (message.kind == LiveKind::kCoded && coded_) {
    TakeCoded(message.payload);
  }
}

void LiveSource::TakeCodedFormat(ByteView payload) {
  coded_ = DecodeFormat(payload);
  decoder_.reset();
  ForgetWaiting();
}

void LiveSource::ForgetWaiting() {
  waiting_.clear();
  waiting_time_ = 0;
  is_filling_ = true;
  is_broken_ = true;
}

/// Of a burst with past audio, as servers begin with, the end is heard.
void LiveSource::TakeCoded(ByteView payload) {
  const auto frames = DecodeFrames(payload);
  if (!frames || listeners_.empty()) return;
  ByteView rest = frames->bytes;
  for (const FrameEntry& entry : frames->entries) {
    CodedFrame frame{.duration =
                         gst_util_uint64_scale_int(entry.samples, GST_SECOND, coded_->rate)};
    AppendBytes(frame.bytes, rest.first(entry.bytes));
    rest = rest.subspan(entry.bytes);
    waiting_time_ += frame.duration;
    waiting_.push_back(std::move(frame));
  }
  if (waiting_time_ <= 2 * reserve_ + GST_SECOND) return;
  while (waiting_time_ > reserve_ && !waiting_.empty()) {
    waiting_time_ -= waiting_.front().duration;
    waiting_.pop_front();
  }
  is_broken_ = true;
}

void LiveSource::Pace() {
  if (!coded_) return;
  const GstClockTime now = LiveNow();
  if (is_filling_) {
    if (waiting_time_ < reserve_) return;
    is_filling_ = false;
    position_ = std::max(position_, now);
  }
  // A stream that no decoder takes is none any more.
  while (coded_ && position_ < now + kLead && !waiting_.empty()) {
    const CodedFrame frame = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_time_ -= frame.duration;
    Decode(frame);
  }
  if (!waiting_.empty() || position_ >= now) return;
  is_filling_ = true;
  reserve_ = std::min(2 * reserve_, kMostReserve);
}

void LiveSource::Decode(const CodedFrame& frame) {
  try {
    if (decoder_ == nullptr) {
      FrameDecoder::Output& output = *this;
      decoder_ = std::make_unique<FrameDecoder>(*coded_, output);
    }
    if (!decoder_->Take(frame.bytes, position_, frame.duration, std::exchange(is_broken_, false))) {
      decoder_.reset();
    }
  } catch (const Error& error) {
    LogWarning("webrtc", "a stream is not heard: {}", Describe(error));
    coded_.reset();
    ForgetWaiting();
  }
}

void LiveSource::OnAudio(const GstAudioInfo& info, GstBuffer* audio) {
  if (!decoded_caps_ || !gst_audio_info_is_equal(&info, &decoded_)) {
    decoded_ = info;
    decoded_caps_ = Ref<GstCaps>::Adopt(gst_audio_info_to_caps(&info));
  }
  const std::size_t frames = AudioFramesOf(info, audio);
  if (frames == 0) return;
  Play(decoded_caps_.Get(), Ref<GstBuffer>::Adopt(gst_buffer_copy(audio)),
       gst_util_uint64_scale_int(frames, GST_SECOND, info.rate));
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
  Push(caps, pcm, duration);
}

void LiveSource::Push(GstCaps* caps, const Ref<GstBuffer>& pcm, GstClockTime duration) {
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
  Push(silence_caps_.Get(), Ref<GstBuffer>::Adopt(buffer), missing);
}

}  // namespace isr
