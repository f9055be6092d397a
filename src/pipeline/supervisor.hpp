#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>

#include "base/clock.hpp"
#include "glib/source_handle.hpp"
#include "model/cause.hpp"
#include "model/source_status.hpp"
#include "pipeline/pipeline_runner.hpp"
#include "pipeline/retry_policy.hpp"

namespace isr {

/// Keeps one source recording: starts its pipeline, notices errors, ends and silence, tears down,
/// waits, starts again. Main thread only.
///
///     idle -> connecting -> recording -> stalled | failed -> waiting -> connecting ...
///                                                            paused | stopped
///
/// A run may wait as well, for what it is to record (PipelinePlan::WaitingFor): that is no failure.
///
/// The commands say what is wanted from now on, and may come at any time: also while an earlier one
/// still waits for a file to be finished. The last one counts.
class Supervisor final : PipelineRunner::Client {
 public:
  struct Options {
    std::string name;  ///< of the source
    RetryPolicy retry;
    std::chrono::milliseconds stall{15'000};  ///< without audio for this long it has failed
  };

  class Delegate {
   public:
    /// The plan of the next run, whose first file begins for this cause.
    virtual std::shared_ptr<PipelinePlan> MakePlan(Cause begin) = 0;
    /// The running plan got an element message.
    virtual void OnPlanMessage() = 0;
    /// `message`: the trouble and what happens next; empty when there is none.
    virtual void OnStateChanged(SourceState state, const std::string& message) = 0;
    /// The run is over, its files are closed as well as they could be; `end` is why.
    virtual void OnRunOver(Cause end) = 0;

   protected:
    ~Delegate() = default;
  };

  /// `delegate` outlives the supervisor.
  Supervisor(Options options, Delegate& delegate, const Clock& clock);

  /// Records. One that has given up tries again; one that records goes on as it is.
  void Start();
  /// Ends the run properly and stays away until Start.
  void Pause();
  /// Ends the run properly, for this cause. Like Pause, but said to be for good.
  void Stop(Cause end);
  /// Has new options, and makes a new plan for them at once; when paused or stopped, on Start.
  void Restart(Options options);

  /// No run goes on that the last command ended. Becomes true at the latest after the runner's
  /// deadlines, with a change of state.
  bool IsSettled() const { return goal_ == Goal::kRecord ? !next_.has_value() : plan_ == nullptr; }
  SourceState State() const { return state_; }
  int Reconnects() const { return reconnects_; }

 private:
  void OnPipelineMessage() override;
  void OnPipelineFailed(const std::string& why) override;
  void OnPipelineEnded() override;
  void OnPipelineStopped(PipelineRunner::StopOutcome outcome) override;

  enum class Goal { kRecord, kPause, kStop };

  void Run(Cause begin);
  void RunNext(Cause begin);
  void EndRun(Cause end);
  void GoOn();
  void Watch();
  void Wait(const std::string& what);
  void Fail(SourceState state, const std::string& why);
  void AfterFailure();
  void Enter(SourceState state, const std::string& message);

  Options options_;
  Delegate& delegate_;
  const Clock& clock_;
  SourceState state_ = SourceState::kIdle;
  Goal goal_ = Goal::kStop;
  std::optional<Cause> end_;            ///< why the run, which is being ended, ends
  std::optional<Cause> next_;           ///< a run follows it at once, for this cause
  std::string waiting_;                 ///< last said of what a run waits for
  std::string trouble_;                 ///< of the run that failed
  std::shared_ptr<PipelinePlan> plan_;  // shared with the runner
  MonotonicTime run_began_{};
  std::optional<MonotonicTime> recording_since_;
  int failures_ = 0;    ///< in a row
  int reconnects_ = 0;  ///< in all
  std::minstd_rand random_{std::random_device{}()};
  SourceHandle watch_;
  SourceHandle retry_;
  PipelineRunner runner_;
};

}  // namespace isr
