#include "worker/stream_levels.hpp"

#include <algorithm>
#include <utility>

#include "media/mapped_audio.hpp"

namespace isr {
namespace {

/// Decoders round their time stamps, and some have a frame more or less at the beginning. What is
/// further off was lost.
constexpr GstClockTime kTolerance = 60 * GST_MSECOND;

}  // namespace

StreamLevels::StreamLevels(const CodedFormat& format, Handlers handlers)
    : format_(format), handlers_(std::move(handlers)), decoder_(format, *this) {}

void StreamLevels::BeginFile(std::uint32_t file) {
  files_.push_back({.file = file, .begin = taken_});
}

bool StreamLevels::Take(std::uint64_t position, const WireFrames& frames) {
  if (files_.empty()) return true;
  const std::uint64_t at = files_.back().begin + position;
  bool is_discontinuity = at > taken_;
  taken_ = std::max(taken_, at);
  const auto time = [this](std::uint64_t samples) {
    return gst_util_uint64_scale(samples, GST_SECOND, static_cast<guint64>(format_.rate));
  };
  ByteView bytes = frames.bytes;
  for (const FrameEntry& entry : frames.entries) {
    const GstClockTime begin = time(taken_);
    taken_ += entry.samples;
    if (!decoder_.Take(bytes.first(entry.bytes), begin, time(taken_) - begin,
                       std::exchange(is_discontinuity, false))) {
      return false;
    }
    bytes = bytes.subspan(entry.bytes);
  }
  return true;
}

void StreamLevels::GiveSecondSoFar() {
  if (second_ == SecondOfLevels{}) return;
  handlers_.levels(files_.front().file, windows_ / kWindowsPerSecond, std::exchange(second_, {}));
}

void StreamLevels::Finish() {
  decoder_.Finish();
  EndFile();
}

/// Frames of the decoded stream in as many of the coded one: AAC with implicit SBR has twice the
/// rate that its frames say.
std::uint64_t StreamLevels::Decoded(std::uint64_t coded) const {
  return gst_util_uint64_scale_round(coded, static_cast<guint64>(meter_->Format().rate),
                                     static_cast<guint64>(format_.rate));
}

bool StreamLevels::Prepare(const GstAudioInfo& info) {
  const auto format = AudioFormatOf(info);
  if (!format.has_value()) return false;
  if (meter_.has_value()) return meter_->Format() == *format;
  meter_.emplace(*format, kWindowLength, [this](const MeteredWindow& window) { OnWindow(window); });
  return true;
}

void StreamLevels::OnAudio(const GstAudioInfo& info, GstBuffer* audio) {
  if (files_.empty() || !Prepare(info)) return;
  if (GST_BUFFER_PTS_IS_VALID(audio)) {
    const auto rate = static_cast<guint64>(info.rate);
    const std::uint64_t here = gst_util_uint64_scale_round(GST_BUFFER_PTS(audio), rate, GST_SECOND);
    const std::uint64_t tolerance = gst_util_uint64_scale(kTolerance, rate, GST_SECOND);
    if (here > measured_ + tolerance) Measure(info, nullptr, here - measured_);
  }
  Measure(info, audio, 0);
}

/// Measures the audio, or passes over `lost` frames where there is none, file by file.
void StreamLevels::Measure(const GstAudioInfo& info, GstBuffer* audio, std::size_t lost) {
  std::optional<MappedAudio> mapped;
  if (audio != nullptr) mapped.emplace(info, audio);
  const std::size_t frames = mapped ? mapped->Frames() : lost;
  for (std::size_t done = 0; done < frames;) {
    std::size_t count = frames - done;
    if (files_.size() > 1) {
      const std::uint64_t end = Decoded(files_[1].begin);
      count = std::min<std::uint64_t>(count, end - std::min(end, measured_));
    }
    if (count == 0) {
      EndFile();
      continue;
    }
    if (mapped) {
      mapped->Give(*meter_, done, count);
    } else {
      meter_->Skip(count);
    }
    measured_ += count;
    done += count;
  }
}

void StreamLevels::OnWindow(const MeteredWindow& window) {
  second_.at(windows_ % kWindowsPerSecond) = window.Levels();
  if (++windows_ % kWindowsPerSecond == 0) SendSecond();
}

void StreamLevels::SendSecond() {
  handlers_.levels(files_.front().file, (windows_ - 1) / kWindowsPerSecond,
                   std::exchange(second_, {}));
}

void StreamLevels::EndFile() {
  if (files_.empty()) return;
  if (meter_.has_value()) meter_->EndFile();
  if (windows_ % kWindowsPerSecond != 0) SendSecond();
  windows_ = 0;
  handlers_.file_done(files_.front().file);
  files_.pop_front();
}

}  // namespace isr
