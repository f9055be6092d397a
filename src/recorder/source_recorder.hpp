#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "buffer/audio_buffer.hpp"
#include "catalogue/catalogue.hpp"
#include "config/settings.hpp"
#include "glib/source_handle.hpp"
#include "model/observer.hpp"
#include "model/source_status.hpp"
#include "pipeline/supervisor.hpp"
#include "recorder/event_finder.hpp"
#include "recorder/level_filler.hpp"
#include "recorder/recording_plan.hpp"

namespace isr {

/// Records one source: supervises it and tells the catalogue and the log what became of it.
/// Main thread only.
class SourceRecorder final : Supervisor::Delegate {
 public:
  /// `changed` is called after each change of what Status says, but for what counts up; it must not
  /// destroy the recorder. `roots`, `catalogue`, `listener`, `filler`, `observer` and `clock`
  /// outlive the recorder. `observer` is told levels.
  SourceRecorder(SourceSettings settings, const Roots& roots, Catalogue& catalogue,
                 StreamListener& listener, LevelFiller& filler, Observer& observer,
                 const Clock& clock, std::function<void()> changed);
  ~SourceRecorder();

  // As those of Supervisor. Pause, Stop and Restart finish the growing file, see IsSettled.
  void Start() { supervisor_.Start(); }
  void Pause() { supervisor_.Pause(); }
  void Stop(Cause end) { supervisor_.Stop(end); }
  /// `settings` have the same name.
  void Restart(SourceSettings settings);
  bool IsSettled() const { return supervisor_.IsSettled(); }

  /// Whether levels are wanted ten times a second, rather than once. Then somebody calls TakeNews
  /// as often.
  void WatchLevels(bool is_watched);
  void TakeNews() { OnPlanMessage(); }

  /// Who hears the source while somebody listens live; of the next runs.
  void SetLiveTap(std::shared_ptr<AudioTap> tap) { live_tap_ = std::move(tap); }
  /// Whether somebody does.
  void FollowLive(bool is_heard);

  const std::string& Name() const { return wanted_.name; }
  SourceStatus Status() const;
  /// Of the next run.
  const SourceSettings& Wanted() const { return wanted_; }
  /// Of the run, or of the last one.
  const SourceSettings& InForce() const { return settings_; }
  /// What it keeps in memory, from the last seconds on; nullptr where it writes files.
  std::shared_ptr<const AudioBuffer::Hold> KeepMemory(double seconds);
  /// Whether what comes still goes where that was kept; not after it has changed what it records.
  bool Fills(const AudioBuffer::Hold& hold) const { return hold.IsOf(memory_.get()); }
  /// Nothing while no audio comes.
  std::optional<RecordingNow> Now() const { return plan_ == nullptr ? std::nullopt : plan_->Now(); }

 private:
  std::shared_ptr<PipelinePlan> MakePlan(Cause begin) override;
  void OnPlanMessage() override;
  void OnStateChanged(SourceState state, const std::string& message) override;
  void OnRunOver(Cause end) override;

  void Handle(const FileOpened& event);
  void Handle(const FileClosed& event);
  void Handle(const AudioLost& event);
  void Handle(const DiskChanged& event);
  void Handle(const LevelsChanged& event);
  void Handle(const ClockStepped& event);
  void Handle(const LevelsHeard& event);
  void Handle(const TitleHeard& event);
  void Tick();
  void ReportGrowth();
  void NoteGapBefore(const FileOpened& event);
  void NoteGap(const Gap& gap);
  void BeginFinding();
  void PrepareMemory(const SourceTypeSettings& before);
  void EnterRoot(const Root& root);
  std::int64_t FileSize(const std::string& name) const;
  void FinishLast(Segment segment, std::optional<Cause> end);

  SourceSettings wanted_;    ///< of the next run
  SourceSettings settings_;  ///< of the run; each plan has its own copy
  const Roots& roots_;
  Catalogue& catalogue_;
  StreamListener& listener_;
  LevelFiller& filler_;
  Observer& observer_;
  const Clock& clock_;
  Root root_;  ///< of the run
  // Writes the tracks. Shared with the plans and other sources; kept, so that the last of them need
  // not wait for it.
  std::shared_ptr<DiskWriter> disk_;
  std::shared_ptr<RecordingPlan> plan_;       // shared with the runner's threads
  std::shared_ptr<RecordingPlan> last_plan_;  ///< hears the last levels of its files
  std::shared_ptr<FrameHistory> history_ = std::make_shared<FrameHistory>();  // shared with plans
  std::optional<Segment> last_;     ///< closed last in its run; why it ended is to come
  std::optional<RunEnd> last_run_;  ///< the run before
  std::string level_trouble_;       ///< that was said; empty: none, or over
  std::unique_ptr<EventFinder> events_;
  bool is_watched_ = false;
  std::shared_ptr<AudioTap> live_tap_;  // shared with the plans
  bool is_live_ = false;                ///< somebody listens
  UtcTime state_since_{};
  std::string message_;
  std::string title_;
  std::string disk_trouble_;
  std::optional<Gap> last_gap_;
  std::shared_ptr<AudioBuffer> memory_;  // shared with the plans, and who saves of it
  std::function<void()> changed_;
  SourceHandle growth_timer_;
  SourceHandle ticks_;
  Supervisor supervisor_;
};

}  // namespace isr
