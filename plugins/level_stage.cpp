#include "plugins/level_stage.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "media/mapped_audio.hpp"
#include "plugins/file_start.hpp"

namespace isr {
namespace {

/// A time stamp may be that wrong before it means that audio is missing: coded streams round.
constexpr GstClockTime kTolerance = 40 * GST_MSECOND;
/// The same where a buffer says that it does not follow on the last one.
constexpr GstClockTime kDiscontTolerance = 1 * GST_MSECOND;
/// Missing windows are told one by one up to here.
constexpr GstClockTime kLongestTold = 60 * GST_SECOND;
/// A time stamp further ahead, or further back, is of something else: windows begin anew.
constexpr GstClockTime kLongestGap = 24 * 3600 * GST_SECOND;
constexpr GstClockTime kLongestStepBack = GST_SECOND;

Detector::Handlers HandlersFor(LevelTimeline& timeline, LevelStage::Output& output) {
  return {.begin =
              [&timeline, &output](const Section& section) {
                output.Post(EventBeginMessage(section, timeline.StartOf(section.start)));
              },
          .end =
              [&timeline, &output](const Section& section) {
                output.Post(EventEndMessage(section, timeline.StartOf(section.start),
                                            timeline.EndBefore(section.end)));
              }};
}

}  // namespace

LevelStage::LevelStage(const Options& options, Output& output)
    : options_(options),
      output_(output),
      detector_(options.detector, HandlersFor(timeline_, output)),
      timeline_(options.interval) {
  gst_audio_info_init(&info_);
  gst_segment_init(&segment_, GST_FORMAT_TIME);
}

void LevelStage::SetPosting(bool posts, GstClockTime post_interval) {
  posts_ = posts;
  post_interval_ = post_interval;
}

bool LevelStage::SetCaps(const GstAudioInfo& info) {
  const auto format = AudioFormatOf(info);
  if (!format) return false;
  if (meter_ && gst_audio_info_is_equal(&info, &info_)) return true;
  BeginAnew();
  info_ = info;
  format_ = *format;
  meter_.emplace(format_, std::chrono::nanoseconds(options_.interval),
                 [this](const MeteredWindow& window) { OnWindow(window); });
  return true;
}

void LevelStage::SetSegment(const GstSegment& segment) {
  segment_ = segment;
  is_placed_ = false;
}

GstFlowReturn LevelStage::Take(GstBuffer* buffer) {
  if (!meter_) return GST_FLOW_NOT_NEGOTIATED;
  if (FileStartOf(buffer)) BeginAnew();
  const std::uint64_t frames = AudioFramesOf(info_, buffer);
  if (frames == 0) return GST_FLOW_OK;
  FollowTime(buffer);
  is_fresh_ = false;
  return Measure(buffer, frames);
}

GstFlowReturn LevelStage::Measure(GstBuffer* buffer, std::uint64_t frames) {
  if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP)) {
    meter_->TakeSilence(frames);
    return GST_FLOW_OK;
  }
  const MappedAudio audio(info_, buffer);
  if (!audio.IsMapped()) return GST_FLOW_ERROR;
  audio.Give(*meter_, 0, audio.Frames());
  return GST_FLOW_OK;
}

/// Windows lie where the time stamps say: what is missing between buffers is missing.
void LevelStage::FollowTime(GstBuffer* buffer) {
  if (GST_BUFFER_PTS_IS_VALID(buffer)) {
    const GstClockTime time =
        gst_segment_to_running_time(&segment_, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    const bool is_break = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    if (GST_CLOCK_TIME_IS_VALID(time)) FindPlace(time, is_break);
  }
  if (!std::exchange(is_placed_, true)) Place(buffer);
}

/// The next frame lies at running time `time`.
void LevelStage::FindPlace(GstClockTime time, bool is_break) {
  if (!is_fresh_) {
    const GstClockTime tolerance = is_break ? kDiscontTolerance : kTolerance;
    const GstClockTime expected = Now();
    if (time + kLongestStepBack < expected || time > expected + kLongestGap) {
      BeginAnew();
    } else if (time > expected + tolerance) {
      Skip(time - expected);
    } else if (time + tolerance < expected && begin_ >= expected - time) {
      // The time stamps are slower than the frames.
      begin_ -= expected - time;
      is_placed_ = false;
    }
  }
  if (is_fresh_) begin_ = time;
}

/// Tells the timeline where the window lies that the next frame belongs to.
void LevelStage::Place(GstBuffer* buffer) {
  WindowPlace place{.file = file_, .window = window_};
  place.running_time = begin_ + window_ * options_.interval;
  if (GST_BUFFER_PTS_IS_VALID(buffer)) {
    const GstClockTime into_window = Now() - std::min(place.running_time, Now());
    const GstClockTime here =
        gst_segment_to_stream_time(&segment_, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_CLOCK_TIME_IS_VALID(here) && here >= into_window) {
      place.stream_time = here - into_window;
    }
  }
  timeline_.Begin(windows_, place);
}

/// That much audio is missing.
void LevelStage::Skip(GstClockTime time) {
  const auto rate = static_cast<guint64>(format_.rate);
  is_long_gap_ = time > kLongestTold;
  meter_->Skip(gst_util_uint64_scale_round(time, rate, GST_SECOND));
  is_long_gap_ = false;
}

void LevelStage::BeginAnew() {
  if (!meter_ || is_fresh_) return;
  const GstClockTime end = Now();
  is_ending_ = true;
  meter_->EndFile();
  is_ending_ = false;
  Flush();
  begin_ = end;
  window_ = 0;
  ++file_;
  is_fresh_ = true;
  is_placed_ = false;
}

void LevelStage::Finish() {
  BeginAnew();
  if (options_.detects) detector_.Finish();
}

void LevelStage::OnWindow(const MeteredWindow& window) {
  if (is_ending_) timeline_.EndShort(windows_, DurationOf(window.length));
  if (is_long_gap_ && window.frames == 0) {
    Flush();
  } else if (posts_) {
    const std::int16_t floor = options_.detects ? detector_.Floor() : kMissingLevel;
    message_.Add(timeline_.StartOf(windows_), window, floor);
  }
  if (options_.detects) detector_.Push(window.Levels().detection);
  ++windows_;
  ++window_;
  if (message_.Count() * options_.interval >= post_interval_) Flush();
}

void LevelStage::Flush() {
  if (message_.IsEmpty()) return;
  output_.Post(message_.Take(options_.interval, format_));
}

GstClockTime LevelStage::DurationOf(std::uint64_t frames) const {
  return gst_util_uint64_scale(frames, GST_SECOND, static_cast<guint64>(format_.rate));
}

}  // namespace isr
