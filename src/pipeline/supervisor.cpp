#include "pipeline/supervisor.hpp"

#include <algorithm>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace isr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// How often a source is looked after; one that may be silent only briefly more often.
milliseconds WatchInterval(milliseconds stall) {
  return std::min<milliseconds>(seconds(1), stall / 8);
}

/// A run that recorded for this long was a good one: the next failure is a first one again. A
/// server that takes us, sends its burst and hangs up is thereby not asked every few seconds for
/// ever.
constexpr seconds kGoodRun{30};

std::string InSeconds(milliseconds delay) {
  return fmt::format("{:.3g} s", std::chrono::duration<double>(delay).count());
}

}  // namespace

Supervisor::Supervisor(Options options, Delegate& delegate, const Clock& clock)
    : options_(std::move(options)),
      delegate_(delegate),
      clock_(clock),
      runner_(options_.name, *this) {}

void Supervisor::Start() {
  const bool is_idle = state_ == SourceState::kIdle || state_ == SourceState::kStopped;
  if (goal_ == Goal::kRecord && !is_idle) return;
  goal_ = Goal::kRecord;
  RunNext(Cause::kStart);
}

void Supervisor::Pause() {
  if (goal_ == Goal::kPause) return;
  goal_ = Goal::kPause;
  EndRun(Cause::kStop);
  if (plan_ == nullptr) GoOn();
}

void Supervisor::Stop(Cause end) {
  goal_ = Goal::kStop;
  EndRun(end);
  if (plan_ == nullptr && state_ != SourceState::kStopped) GoOn();
}

void Supervisor::Restart(Options options) {
  options_ = std::move(options);
  if (goal_ != Goal::kRecord) return;
  EndRun(Cause::kConfig);
  RunNext(Cause::kConfig);
}

/// Begins a run, at once or when the one that is being ended is over.
void Supervisor::RunNext(Cause begin) {
  failures_ = 0;
  trouble_.clear();
  if (plan_ == nullptr) {
    Run(begin);
  } else {
    next_ = begin;
  }
}

void Supervisor::EndRun(Cause end) {
  watch_.Reset();
  retry_.Reset();
  next_.reset();
  if (plan_ == nullptr) return;
  // The first reason is the true one.
  if (!end_.has_value()) end_ = end;
  runner_.Stop();
}

void Supervisor::Run(Cause begin) {
  run_began_ = clock_.Monotonic();
  recording_since_.reset();
  Enter(SourceState::kConnecting, trouble_);
  plan_ = delegate_.MakePlan(begin);
  runner_.Start(plan_);
  watch_ = SourceHandle::Every(WatchInterval(options_.stall), [this] { Watch(); });
}

/// Notices the first audio, and its absence.
void Supervisor::Watch() {
  const auto arrival = plan_->LastArrival();
  const MonotonicTime now = clock_.Monotonic();
  if (const std::string what = plan_->WaitingFor(); !arrival.has_value() && !what.empty()) {
    run_began_ = now;
    return Wait(what);
  }
  if (arrival.has_value() && !recording_since_.has_value()) {
    recording_since_ = now;
    trouble_.clear();
    Enter(SourceState::kRecording, "");
  }
  if (recording_since_.has_value() && now - *recording_since_ > kGoodRun) failures_ = 0;
  if (now - arrival.value_or(run_began_) <= options_.stall) return;
  Fail(SourceState::kStalled, fmt::format("no audio for {}", InSeconds(options_.stall)));
}

void Supervisor::Wait(const std::string& what) {
  failures_ = 0;
  trouble_.clear();
  std::string message = fmt::format("waiting for {}", what);
  if (state_ == SourceState::kWaiting && message == waiting_) return;
  waiting_ = std::move(message);
  Enter(SourceState::kWaiting, waiting_);
}

void Supervisor::Fail(SourceState state, const std::string& why) {
  if (end_.has_value()) return;
  ++failures_;
  trouble_ = why;
  Enter(state, why);
  EndRun(Cause::kReconnect);
}

void Supervisor::OnPipelineMessage() {
  if (watch_.IsActive() && !recording_since_.has_value()) Watch();
  delegate_.OnPlanMessage();
}

void Supervisor::OnPipelineFailed(const std::string& why) {
  Fail(SourceState::kFailed, why);
}

/// What was recorded may have gone as it does: an application was closed.
void Supervisor::OnPipelineEnded() {
  if (!plan_->WaitingFor().empty()) {
    EndRun(Cause::kReconnect);
    return RunNext(Cause::kReconnect);
  }
  Fail(SourceState::kFailed, "the source ended");
}

void Supervisor::OnPipelineStopped(PipelineRunner::StopOutcome outcome) {
  watch_.Reset();
  plan_.reset();
  // Only a start that hangs ends without having been asked to.
  const bool hangs = outcome == PipelineRunner::StopOutcome::kAbandoned && !end_.has_value();
  delegate_.OnRunOver(std::exchange(end_, std::nullopt).value_or(Cause::kReconnect));
  if (hangs) {
    ++failures_;
    trouble_ = "the driver does not answer";
  }
  GoOn();
}

/// Nothing runs: what now?
void Supervisor::GoOn() {
  switch (goal_) {
    case Goal::kPause:
      return Enter(SourceState::kPaused, "");
    case Goal::kStop:
      return Enter(SourceState::kStopped, "");
    case Goal::kRecord:
      if (!next_.has_value()) return AfterFailure();
      return Run(*std::exchange(next_, std::nullopt));
  }
}

void Supervisor::AfterFailure() {
  const RetryPolicy& retry = options_.retry;
  if (!MayRetry(retry, failures_)) {
    Enter(SourceState::kStopped,
          fmt::format("{}; giving up after {} retries (max_retries)", trouble_, retry.max_retries));
    return;
  }
  const double jitter = std::uniform_real_distribution<double>(0.0, 1.0)(random_);
  const milliseconds delay = RetryDelay(retry, failures_, jitter);
  Enter(SourceState::kWaiting, fmt::format("{}, trying again in {}", trouble_, InSeconds(delay)));
  retry_ = SourceHandle::After(delay, [this] {
    ++reconnects_;
    Run(Cause::kReconnect);
  });
}

void Supervisor::Enter(SourceState state, const std::string& message) {
  state_ = state;
  delegate_.OnStateChanged(state, message);
}

}  // namespace isr
