#include <functional>
#include <random>

#include <gtest/gtest.h>

#include "tests/fake_zone.hpp"
#include "time/split_planner.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr MonotonicTime kBoot{1000s};
constexpr UtcTime kStart{14h};
constexpr int kRate = 48000;

/// A card, heard in blocks, and what the planner makes of it.
class XrunTest : public testing::Test {
 protected:
  /// The card records for `time`; what it makes arrives in blocks, each `delay()` late, but none
  /// before the one before it.
  void Record(std::chrono::milliseconds time, const std::function<microseconds()>& delay) {
    for (const microseconds end = captured_ + time; captured_ < end;) {
      captured_ += block_;
      frames_ += block_.count() * kRate / 1e6 * (1 + ppm_ * 1e-6);
      arrival_ = std::max(arrival_, captured_ + delay());
      const auto observed = planner_.Observe(static_cast<std::uint64_t>(frames_) + found_,
                                             kBoot + arrival_, kStart + arrival_);
      if (!observed.loss) continue;
      losses_.push_back(*observed.loss);
      found_ += observed.loss->missing;
    }
  }
  void Record(std::chrono::milliseconds time) {
    Record(time, [] { return 0us; });
  }
  /// The card goes on, and nobody gets what it makes.
  void Lose(microseconds time) { captured_ += time; }

  double Missing(size_t index) const {
    return static_cast<double>(losses_.at(index).missing) / kRate;
  }
  /// How wrong the time of the last frame is.
  microseconds Error() const {
    const auto end = static_cast<std::uint64_t>(frames_) + found_;
    return std::chrono::abs(planner_.UtcAt(end) - (kStart + captured_));
  }
  std::function<microseconds()> Jitter(milliseconds most) {
    return [this, most] {
      return microseconds(
          std::uniform_int_distribution<>(0, static_cast<int>(most / 1us))(random_));
    };
  }

  FakeZone zone_{0s};
  SplitPlanner planner_{{.rate = kRate, .interval = 0s, .kind = ClockMap::Kind::kCard}, zone_};
  microseconds block_ = 10ms;
  double ppm_ = 0;
  microseconds captured_{0};
  microseconds arrival_{0};
  double frames_ = 0;
  std::uint64_t found_ = 0;
  std::vector<SplitPlanner::Loss> losses_;
  std::mt19937 random_{20261121};
};

TEST_F(XrunTest, FindsWhatWasLostWithItsLengthAndPlace) {
  for (const milliseconds lost : {50ms, 73ms, 400ms, 1000ms, 5000ms}) {
    SCOPED_TRACE(lost.count());
    losses_.clear();
    Record(20s, Jitter(5ms));
    const auto before = static_cast<std::uint64_t>(frames_) + found_;
    Lose(lost);
    Record(20s, Jitter(5ms));
    ASSERT_EQ(losses_.size(), 1U);
    EXPECT_NEAR(Missing(0), static_cast<double>(lost.count()) / 1000, 0.003);
    EXPECT_EQ(losses_[0].before, before);
    EXPECT_LT(Error(), 3ms);
  }
}

TEST_F(XrunTest, FindsItInArrivalsThatJitterBy100ms) {
  block_ = 20ms;
  Record(60s, Jitter(100ms));
  Lose(300ms);
  Record(30s, Jitter(100ms));
  ASSERT_EQ(losses_.size(), 1U);
  EXPECT_NEAR(Missing(0), 0.3, 0.005);
}

TEST_F(XrunTest, FindsItOnACardThatDrifts) {
  block_ = 50ms;
  for (const double ppm : {-300.0, 300.0}) {
    SCOPED_TRACE(ppm);
    ppm_ = ppm;
    losses_.clear();
    // Until the last line is forgotten.
    Record(700s, Jitter(5ms));
    Lose(200ms);
    Record(15s, Jitter(5ms));
    ASSERT_EQ(losses_.size(), 1U);
    EXPECT_NEAR(Missing(0), 0.2, 0.005);
  }
}

TEST_F(XrunTest, FindsOneAfterTheOther) {
  Record(20s);
  for (int i = 0; i < 5; ++i) {
    Lose(100ms);
    Record(15s);
  }
  ASSERT_EQ(losses_.size(), 5U);
  EXPECT_LT(Error(), 3ms);
}

TEST_F(XrunTest, AddsUpTwoThatFollowCloselyOnEachOther) {
  Record(20s);
  Lose(100ms);
  Record(4s);
  Lose(150ms);
  Record(30s);
  double sum = 0;
  for (size_t i = 0; i < losses_.size(); ++i) sum += Missing(i);
  EXPECT_NEAR(sum, 0.25, 0.003);
  EXPECT_LT(Error(), 3ms);
}

TEST_F(XrunTest, TakesJitterForNoLoss) {
  for (const milliseconds block : {20ms, 50ms, 200ms}) {
    block_ = block;
    Record(300s, Jitter(100ms));
    EXPECT_TRUE(losses_.empty()) << block.count();
  }
}

TEST_F(XrunTest, TakesDriftForNoLoss) {
  block_ = 100ms;
  for (const double ppm : {-500.0, -20.0, 20.0, 500.0}) {
    SplitPlanner fresh({.rate = kRate, .interval = 0s, .kind = ClockMap::Kind::kCard}, zone_);
    planner_ = fresh;
    ppm_ = ppm;
    Record(1800s, Jitter(10ms));
    EXPECT_TRUE(losses_.empty()) << ppm;
  }
}

TEST_F(XrunTest, TakesHoldUpsForNoLoss) {
  Record(10s);
  for (int i = 0; i < 50; ++i) {
    // Up to two seconds in the driver, then all at once.
    const microseconds held = milliseconds(std::uniform_int_distribution<>(1, 2000)(random_));
    const microseconds until = captured_ + held;
    Record(std::chrono::duration_cast<milliseconds>(held), [&] { return until - captured_; });
    Record(milliseconds(std::uniform_int_distribution<>(20, 3000)(random_)));
  }
  EXPECT_TRUE(losses_.empty());
  EXPECT_LT(Error(), 20ms);
}

TEST_F(XrunTest, TakesAMachineThatIsSlowForSecondsOnEndForNoLoss) {
  Record(20s);
  for (int i = 0; i < 10; ++i) {
    Record(8s, [this] { return 60ms + Jitter(300ms)(); });
    Record(500ms);
  }
  EXPECT_TRUE(losses_.empty());
}

TEST_F(XrunTest, InventsNothingWhereAudioComesEarlier) {
  Record(20s, [] { return 200ms; });  // a slow way here ...
  Record(60s);                        // ... that became a short one
  EXPECT_TRUE(losses_.empty());
}

TEST_F(XrunTest, FindsWhatWasLostWithinTheFirstSeconds) {
  Record(1s);
  Lose(500ms);
  Record(20s);
  ASSERT_EQ(losses_.size(), 1U);
  EXPECT_NEAR(Missing(0), 0.5, 0.003);
}

TEST_F(XrunTest, KnowsNothingOfNetworkSources) {
  planner_ = SplitPlanner({.rate = kRate, .interval = 0s, .kind = ClockMap::Kind::kNetwork}, zone_);
  Record(20s);
  Lose(1s);
  Record(60s);
  EXPECT_TRUE(losses_.empty());
}

}  // namespace
}  // namespace isr
