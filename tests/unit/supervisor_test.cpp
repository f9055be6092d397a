#include "pipeline/supervisor.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "glib/element.hpp"
#include "glib/source_handle.hpp"
#include "tests/fake_clock.hpp"
#include "tests/main_loop.hpp"

namespace isr {
namespace {

using testing::ElementsAre;

/// What the control threads wait for: while it is shut, a run can be neither begun nor ended.
class Gate {
 public:
  void Shut() { Set(false); }
  void Open() { Set(true); }
  void Pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.wait(lock, [this] { return open_; });
    --waiting_;
  }
  int Waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  void Set(bool open) {
    {
      const std::lock_guard lock(mutex_);
      open_ = open;
    }
    changed_.notify_all();
  }
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;  // protected by mutex_
  int waiting_ = 0;   // protected by mutex_
};

/// A pipeline that does nothing, or fails at once.
class IdlePlan final : public PipelinePlan {
 public:
  IdlePlan(Gate& gate, bool fails) : gate_(gate), fails_(fails) {}
  Ref<GstElement> Build() override {
    gate_.Pass();
    if (fails_) throw Error("no such device");
    Ref<GstElement> pipeline = MakePipeline("idle");
    const std::lock_guard lock(mutex_);
    pipeline_ = pipeline;
    return pipeline;
  }
  /// None before it is built.
  Ref<GstElement> Pipeline() const {
    const std::lock_guard lock(mutex_);
    return pipeline_;
  }
  bool OnElementMessage(GstMessage* /*message*/) override {
    gate_.Pass();
    return true;
  }
  std::optional<MonotonicTime> LastArrival() const override { return std::nullopt; }
  std::string WaitingFor() const override {
    const std::lock_guard lock(mutex_);
    return waiting_for_;
  }
  void WaitFor(std::string what) {
    const std::lock_guard lock(mutex_);
    waiting_for_ = std::move(what);
  }
  void EndStream() override {}
  bool AwaitFiles(std::chrono::milliseconds /*deadline*/) override { return true; }

 private:
  Gate& gate_;
  const bool fails_;
  mutable std::mutex mutex_;
  Ref<GstElement> pipeline_;  // protected by mutex_
  std::string waiting_for_;   // protected by mutex_
};

class SupervisorTest : public testing::Test, public Supervisor::Delegate {
 protected:
  SupervisorTest() {
    gst_init(nullptr, nullptr);
    options_.name = "radio";
    options_.retry.delay = std::chrono::hours(1);
    supervisor_ = std::make_unique<Supervisor>(options_, *this, clock_);
  }
  ~SupervisorTest() override {
    gate_.Open();
    supervisor_.reset();
  }

  std::shared_ptr<PipelinePlan> MakePlan(Cause begin) override {
    Note("run for " + std::string(ToWord(begin)));
    plan_ = std::make_shared<IdlePlan>(gate_, fails_);
    return plan_;
  }
  void OnPlanMessage() override { Note("message"); }
  void OnStateChanged(SourceState state, const std::string& message) override {
    if (state != SourceState::kConnecting) Note(std::string(ToWord(state)));
    message_ = message;
  }
  void OnRunOver(Cause end) override { Note("over by " + std::string(ToWord(end))); }

  void Note(std::string event) { events_.push_back(std::move(event)); }

  void RunUntil(const std::function<bool()>& is_done) {
    ASSERT_TRUE(isr::RunUntil(is_done)) << testing::PrintToString(events_);
  }
  void Settle() {
    gate_.Open();
    RunUntil([this] { return supervisor_->IsSettled(); });
  }

  /// The thread comes to its end when the gate opens.
  std::thread PauseWhileAMessageIsUnderWay() {
    supervisor_->Start();
    RunUntil([this] { return static_cast<bool>(plan_->Pipeline()); });
    gate_.Shut();
    std::thread poster([pipeline = plan_->Pipeline()] {
      GstStructure* const text = gst_structure_new_empty("late");
      gst_element_post_message(pipeline.Get(),
                               gst_message_new_element(GST_OBJECT(pipeline.Get()), text));
    });
    RunUntil([this] { return gate_.Waiting() == 1; });
    supervisor_->Pause();
    RunUntil([this] { return supervisor_->IsSettled(); });
    return poster;
  }
  void Post(GstMessage* message) {
    const auto bus = Ref<GstBus>::Adopt(gst_element_get_bus(plan_->Pipeline().Get()));
    gst_bus_post(bus.Get(), message);
  }
  static void RunWhatIsQueued() {
    while (g_main_context_iteration(nullptr, FALSE) != FALSE) {
    }
  }

  Gate gate_;
  std::shared_ptr<IdlePlan> plan_;  // shared with the runner's threads
  bool fails_ = false;
  std::vector<std::string> events_;
  std::string message_;
  FakeClock clock_{UtcTime(std::chrono::hours(500'000))};
  Supervisor::Options options_;
  std::unique_ptr<Supervisor> supervisor_;
};

TEST_F(SupervisorTest, PauseEndsTheRunAndStartBeginsAnother) {
  supervisor_->Start();
  supervisor_->Pause();
  EXPECT_FALSE(supervisor_->IsSettled());
  Settle();
  EXPECT_EQ(supervisor_->State(), SourceState::kPaused);
  supervisor_->Start();
  EXPECT_THAT(events_, ElementsAre("run for start", "over by stop", "paused", "run for start"));
}

TEST_F(SupervisorTest, WaitsForWhatIsNotThereAsLongAsThatTakes) {
  supervisor_->Start();
  plan_->WaitFor("firefox");
  RunUntil([this] { return static_cast<bool>(plan_->Pipeline()); });
  Post(gst_message_new_element(nullptr, gst_structure_new_empty("news")));
  RunUntil([this] { return !events_.empty() && events_.back() == "message"; });
  EXPECT_EQ(message_, "waiting for firefox");
  clock_.Advance(std::chrono::hours(1));
  Post(gst_message_new_element(nullptr, gst_structure_new_empty("news")));
  RunUntil([this] { return events_.size() == 4; });
  EXPECT_THAT(events_, ElementsAre("run for start", "waiting", "message", "message"));
}

TEST_F(SupervisorTest, BeginsAnotherRunAtOnceWhenWhatItRecordedHasGone) {
  supervisor_->Start();
  plan_->WaitFor("firefox");
  RunUntil([this] { return static_cast<bool>(plan_->Pipeline()); });
  Post(gst_message_new_eos(nullptr));
  RunUntil([this] { return events_.back() == "run for reconnect"; });
  std::erase(events_, "waiting");
  EXPECT_THAT(events_, ElementsAre("run for start", "over by reconnect", "run for reconnect"));
  EXPECT_EQ(supervisor_->Reconnects(), 0);
}

TEST_F(SupervisorTest, CommandsMayBeRepeated) {
  supervisor_->Start();
  supervisor_->Start();
  supervisor_->Pause();
  supervisor_->Pause();
  Settle();
  supervisor_->Pause();
  supervisor_->Start();
  supervisor_->Start();
  supervisor_->Stop(Cause::kStop);
  supervisor_->Stop(Cause::kConfig);
  Settle();
  supervisor_->Stop(Cause::kStop);
  EXPECT_THAT(events_, ElementsAre("run for start", "over by stop", "paused", "run for start",
                                   "over by stop", "stopped"));
}

TEST_F(SupervisorTest, StartWhileAPauseStillEndsTheRunFollowsItAtOnce) {
  supervisor_->Start();
  gate_.Shut();
  supervisor_->Pause();
  supervisor_->Start();
  EXPECT_FALSE(supervisor_->IsSettled());
  Settle();
  EXPECT_THAT(events_, ElementsAre("run for start", "over by stop", "run for start"));
}

TEST_F(SupervisorTest, ManyRestartsWhileARunEndsBecomeOne) {
  supervisor_->Start();
  gate_.Shut();
  supervisor_->Restart(options_);
  supervisor_->Restart(options_);
  supervisor_->Restart(options_);
  Settle();
  EXPECT_THAT(events_, ElementsAre("run for start", "over by config", "run for config"));
}

TEST_F(SupervisorTest, StopWhileARestartStillEndsTheRunIsTheEnd) {
  supervisor_->Start();
  gate_.Shut();
  supervisor_->Restart(options_);
  supervisor_->Stop(Cause::kStop);
  Settle();
  EXPECT_THAT(events_, ElementsAre("run for start", "over by config", "stopped"));
  EXPECT_EQ(supervisor_->State(), SourceState::kStopped);
}

TEST_F(SupervisorTest, StartWhileAStopStillEndsTheRunTakesItBack) {
  supervisor_->Start();
  gate_.Shut();
  supervisor_->Stop(Cause::kConfig);
  supervisor_->Restart(options_);
  supervisor_->Start();
  Settle();
  EXPECT_THAT(events_, ElementsAre("run for start", "over by config", "run for start"));
}

TEST_F(SupervisorTest, ARestartOfAPausedSourceWaitsForItsStart) {
  supervisor_->Start();
  supervisor_->Pause();
  Settle();
  supervisor_->Restart(options_);
  EXPECT_TRUE(supervisor_->IsSettled());
  EXPECT_EQ(supervisor_->State(), SourceState::kPaused);
  EXPECT_THAT(events_, ElementsAre("run for start", "over by stop", "paused"));
}

TEST_F(SupervisorTest, ARestartDoesNotWaitForTheNextTry) {
  fails_ = true;
  supervisor_->Start();
  RunUntil([this] { return supervisor_->State() == SourceState::kWaiting; });
  EXPECT_THAT(message_, testing::HasSubstr("no such device"));
  fails_ = false;
  supervisor_->Restart(options_);
  EXPECT_THAT(events_, ElementsAre("run for start", "failed", "over by reconnect", "waiting",
                                   "run for config"));
  EXPECT_EQ(message_, "");
}

TEST_F(SupervisorTest, PauseWhileWaitingForTheNextTryIsAtOnce) {
  fails_ = true;
  supervisor_->Start();
  RunUntil([this] { return supervisor_->State() == SourceState::kWaiting; });
  supervisor_->Pause();
  EXPECT_TRUE(supervisor_->IsSettled());
  EXPECT_EQ(supervisor_->State(), SourceState::kPaused);
}

TEST_F(SupervisorTest, AMessageThatIsStillUnderWayWhenTheRunIsOverIsNobodys) {
  std::thread poster = PauseWhileAMessageIsUnderWay();
  gate_.Open();
  poster.join();
  RunWhatIsQueued();
  EXPECT_THAT(events_, ElementsAre("run for start", "over by stop", "paused"));
}

TEST_F(SupervisorTest, AMessageMayBeUnderWayForLongerThanTheSupervisorLives) {
  std::thread poster = PauseWhileAMessageIsUnderWay();
  supervisor_.reset();
  gate_.Open();
  poster.join();
  RunWhatIsQueued();
  EXPECT_THAT(events_, ElementsAre("run for start", "over by stop", "paused"));
}

TEST_F(SupervisorTest, StartTriesAgainWhatWasGivenUp) {
  options_.retry.max_retries = 1;
  options_.retry.delay = std::chrono::milliseconds(1);
  supervisor_->Restart(options_);
  fails_ = true;
  supervisor_->Start();
  RunUntil([this] { return supervisor_->State() == SourceState::kStopped; });
  EXPECT_THAT(message_, testing::HasSubstr("giving up"));
  events_.clear();
  fails_ = false;
  supervisor_->Start();
  EXPECT_THAT(events_, ElementsAre("run for start"));
}

}  // namespace
}  // namespace isr
