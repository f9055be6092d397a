#pragma once

#include <memory>
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
///                                                            stopped
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
    /// After Stop: nothing runs any more, and nothing will.
    virtual void OnStopped() = 0;

   protected:
    ~Delegate() = default;
  };

  /// `delegate` outlives the supervisor.
  Supervisor(Options options, Delegate& delegate, const Clock& clock);

  void Start();
  /// Ends the run properly; `OnStopped` follows, at the latest after the runner's deadlines.
  void Stop();

  SourceState State() const { return state_; }
  int Reconnects() const { return reconnects_; }

 private:
  void OnPipelineMessage() override;
  void OnPipelineFailed(const std::string& why) override;
  void OnPipelineEnded() override;
  void OnPipelineStopped(PipelineRunner::StopOutcome outcome) override;

  void Run(Cause begin);
  void Watch();
  void Fail(SourceState state, const std::string& why);
  void AfterFailure();
  void Enter(SourceState state, const std::string& message);

  const Options options_;
  Delegate& delegate_;
  const Clock& clock_;
  SourceState state_ = SourceState::kIdle;
  bool stopping_ = false;
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
