#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include "level/detector.hpp"
#include "level/level_meter.hpp"
#include "plugins/level_message.hpp"
#include "plugins/level_timeline.hpp"

namespace isr {

/// What isrlevel does with the buffers of one run: measures, detects, says so. The element's shell
/// owns it. All calls come from the streaming thread, but where they say any thread.
class LevelStage {
 public:
  struct Options {
    GstClockTime interval = 100 * GST_MSECOND;  ///< of a window
    bool detects = true;
    DetectorOptions detector;  ///< its window: the interval
  };

  /// Where messages go. Called from the streaming thread, no lock held.
  class Output {
   public:
    virtual ~Output() = default;
    virtual void Post(GstStructure* facts) = 0;  ///< transfer full
  };

  LevelStage(const Options& options, Output& output);

  /// Whether there are `isr-level` messages, and after how much audio each. Any thread.
  void SetPosting(bool posts, GstClockTime post_interval);

  /// False: audio that it cannot measure. Windows begin anew.
  bool SetCaps(const GstAudioInfo& info);
  /// Of the buffers to come.
  void SetSegment(const GstSegment& segment);
  /// Measures a buffer, and leaves it as it is.
  GstFlowReturn Take(GstBuffer* buffer);
  /// Windows begin anew with the next buffer; the one that goes on ends here.
  void BeginAnew();
  /// The audio ends here: the last window, the last message, the end of an event.
  void Finish();

 private:
  GstFlowReturn Measure(GstBuffer* buffer, std::uint64_t frames);
  void FollowTime(GstBuffer* buffer);
  void FindPlace(GstClockTime time, bool is_break);
  void Place(GstBuffer* buffer);
  void Skip(GstClockTime time);
  void OnWindow(const MeteredWindow& window);
  void Flush();
  GstClockTime DurationOf(std::uint64_t frames) const;
  GstClockTime Now() const { return begin_ + DurationOf(meter_->Position()); }

  const Options options_;
  Output& output_;
  std::atomic<bool> posts_ = true;
  std::atomic<GstClockTime> post_interval_ = GST_SECOND;

  GstAudioInfo info_{};
  GstSegment segment_{};
  AudioFormat format_;
  std::optional<LevelMeter> meter_;  ///< none before caps
  Detector detector_;
  LevelTimeline timeline_;
  LevelMessage message_;

  std::int64_t windows_ = 0;  ///< so far, in all files
  std::uint64_t window_ = 0;  ///< so far, in this file
  guint file_ = 0;            ///< how often windows have begun anew
  GstClockTime begin_ = 0;    ///< running time of the file's first frame
  bool is_fresh_ = true;      ///< nothing was measured since windows began anew
  bool is_placed_ = false;    ///< the timeline knows where the next frame lies
  bool is_ending_ = false;    ///< the window that comes is the file's last
  bool is_long_gap_ = false;  ///< windows that are missing are not told one by one
};

}  // namespace isr
