#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include "base/clock.hpp"
#include "format/frame_history.hpp"
#include "format/frame_tap.hpp"
#include "format/pcm_layout.hpp"
#include "glib/ref.hpp"
#include "plugins/file_start.hpp"
#include "plugins/frame_table.hpp"
#include "time/split_planner.hpp"

namespace isr {

/// What isrsplit does with the buffers of one run (READY to PAUSED and back): counts frames, plans
/// boundaries, cuts PCM, restamps, and says where files begin. The element's shell owns it.
///
/// All calls come from the streaming thread, but where they say any thread.
class SplitStage {
 public:
  struct Options {
    std::chrono::microseconds interval{};   ///< between boundaries; 0 = none
    std::chrono::nanoseconds settle{};      ///< hold the first buffers this long
    std::string begin_cause;                ///< of the first file
    std::shared_ptr<FrameHistory> history;  ///< of a coded source; shared with its next runs
    std::shared_ptr<FrameTap> tap;          ///< of a coded source; shared with who listens
  };

  /// Where buffers, split requests and facts go. Called from the streaming thread, no lock held.
  class Output {
   public:
    virtual ~Output() = default;
    virtual GstFlowReturn Push(Ref<GstBuffer> buffer) = 0;
    virtual void RequestSplit(GstClockTime running_time) = 0;
    virtual void Post(GstStructure* facts) = 0;  ///< transfer full
  };

  SplitStage(Options options, const Clock& clock, const TimeZone& zone, Output& output);

  /// False: caps that it cannot count. Other ones of a coded stream than before begin a new file.
  bool SetCaps(GstCaps* caps);
  /// `title`, an `isr-title` without a time, is posted with the time of the frame that comes next.
  void TakeTitle(Ref<GstStructure> title);
  GstFlowReturn Take(Ref<GstBuffer> buffer);
  /// Before EOS goes on: pushes what is still held and posts the end. False when there was no audio
  /// at all.
  bool Finish();

  /// While set, audio is let go and becomes a gap of this cause; then a new file begins. Any
  /// thread.
  void SetDropping(bool dropping) { dropping_ = dropping; }

  std::uint64_t Frames() const { return passed_; }
  /// Nanoseconds of CLOCK_MONOTONIC; 0 = nothing yet. Any thread, like Frames.
  std::int64_t LastArrival() const { return last_arrival_; }
  /// When the run's first frame would have been, were there no gaps and no drift between it and the
  /// last one that passed: what is known of that one's time. Microseconds, UTC; 0 = nothing passed.
  /// Any thread.
  std::int64_t Origin() const { return origin_utc_; }

 private:
  void ChangeFormat(int rate);
  bool HasAudio(GstBuffer* buffer) const;
  std::uint64_t FramesOf(GstBuffer* buffer) const;
  void Observe(std::uint64_t frames);
  void CountLost(GstBuffer* buffer, std::uint64_t frames);
  void Skip(std::uint64_t frames, const char* cause);
  void PostGap(std::uint64_t at, std::uint64_t frames, const char* cause);
  void CountSilentLoss(const SplitPlanner::Loss& loss);
  bool Drop(std::uint64_t frames);
  bool Settling(MonotonicTime now) const;
  GstFlowReturn ReleaseHeld();
  void DropRepeated();
  void DropHeldFrames(std::size_t count);
  GstFlowReturn Emit(GstBuffer* buffer);
  GstFlowReturn EmitPcm(GstBuffer* buffer);
  GstFlowReturn EmitCoded(GstBuffer* buffer);
  GstFlowReturn PushStamped(Ref<GstBuffer> part, std::uint64_t count);
  void LetHear(GstBuffer* part);
  void Remember(GstBuffer* buffer, const std::vector<FrameEntry>& entries);
  void PostTitles();
  void BeginFileIfDue();
  void BeginFile(const char* cause);
  std::uint64_t Here() const { return passed_ + skipped_ - origin_; }
  GstClockTime LengthOf(std::uint64_t frames) const;
  GstClockTime TimeOf(std::uint64_t frame) const;
  std::chrono::microseconds Duration(std::uint64_t frames) const;

  const Options options_;
  const Clock& clock_;
  const TimeZone& zone_;
  Output& output_;

  int rate_ = 0;             ///< frames per second; 0 before caps
  int bytes_per_frame_ = 0;  ///< 0 for coded streams, which are never cut
  PcmLayout pcm_;
  Ref<GstCaps> caps_;
  std::optional<SplitPlanner> planner_;
  std::uint64_t origin_ = 0;    ///< in `taken_`: the planner's frame 0, where this format begins
  std::uint64_t base_ = 0;      ///< in `passed_`: the same place
  GstClockTime base_time_ = 0;  ///< its running time

  std::deque<Ref<GstBuffer>> held_;
  struct TimedTitle {
    std::uint64_t frame = 0;  ///< in `taken_`
    Ref<GstStructure> title;
  };
  std::deque<TimedTitle> titles_;  ///< before frames that have not passed yet
  std::optional<MonotonicTime> first_arrival_;
  bool settled_ = false;
  bool joined_ = false;  ///< this run follows on the last one without a gap

  std::uint64_t taken_ = 0;    ///< frames that the source made: taken in, or lost by it
  std::uint64_t skipped_ = 0;  ///< of these, lost by the source or dropped here
  std::uint64_t dropped_ = 0;  ///< in the drop that goes on
  std::atomic<bool> dropping_ = false;
  std::optional<std::uint64_t> next_offset_;  ///< the buffer offset that must come next
  std::atomic<std::uint64_t> passed_ = 0;     ///< frames pushed
  std::atomic<std::int64_t> last_arrival_ = 0;
  std::atomic<std::int64_t> origin_utc_ = 0;
  bool tap_knows_format_ = false;
  const char* next_cause_ = nullptr;  ///< a file begins with the next frame, for this cause
  std::optional<FileStart> begun_;    ///< the file whose first buffer comes next
  guint files_ = 0;                   ///< begun
  std::uint64_t file_begin_ = 0;      ///< first frame of the current file
};

}  // namespace isr
