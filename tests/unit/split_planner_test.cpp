#include "time/split_planner.hpp"

#include <gtest/gtest.h>

#include "tests/fake_zone.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kBoot{1000s};
constexpr int kRate = 44100;

/// A card whose first sample was taken at `utc`, heard without delay.
class SplitPlannerTest : public testing::Test {
 protected:
  explicit SplitPlannerTest(UtcTime utc = UtcTime(std::chrono::hours(14)) + 7s) : utc_(utc) {}

  std::chrono::microseconds Hear(SplitPlanner& planner, double seconds) {
    const auto elapsed =
        std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double>(seconds));
    return planner
        .Observe(static_cast<std::uint64_t>(seconds * kRate), kBoot + elapsed, utc_ + elapsed)
        .step;
  }

  UtcTime utc_;
  FakeZone zone_{0s};
  SplitPlanner planner_{{.rate = kRate, .interval = 15s, .kind = ClockMap::Kind::kCard}, zone_};
};

TEST_F(SplitPlannerTest, PutsTheBoundaryOnTheFirstSampleAtOrAfterIt) {
  Hear(planner_, 1.0);
  planner_.FileBegins(0);
  EXPECT_EQ(planner_.BoundaryFrame(), 8u * kRate);
  planner_.FileBegins(8 * kRate);
  EXPECT_EQ(planner_.BoundaryFrame(), 23u * kRate);
}

TEST_F(SplitPlannerTest, PlansNoBoundaryWithoutAnInterval) {
  SplitPlanner planner({.rate = kRate, .interval = 0s, .kind = ClockMap::Kind::kCard}, zone_);
  Hear(planner, 1.0);
  planner.FileBegins(0);
  EXPECT_EQ(planner.BoundaryFrame(), SplitPlanner::kNever);
}

TEST_F(SplitPlannerTest, AStepForwardMovesTheNextBoundaryAndMakesNone) {
  Hear(planner_, 1.0);
  planner_.FileBegins(0);
  utc_ += 1h + 3s;
  EXPECT_EQ(Hear(planner_, 2.0), 1h + 3s);
  EXPECT_EQ(planner_.BoundaryFrame(), 5u * kRate);
}

TEST_F(SplitPlannerTest, AStepBackMovesTheNextBoundary) {
  Hear(planner_, 1.0);
  planner_.FileBegins(0);
  utc_ -= 1h;
  EXPECT_EQ(Hear(planner_, 2.0), -1h);
  EXPECT_EQ(planner_.BoundaryFrame(), 8u * kRate);
}

TEST_F(SplitPlannerTest, GoesOnAtAnotherRateWhereItWas) {
  Hear(planner_, 1.0);
  planner_.FileBegins(0);
  Hear(planner_, 3.0);
  SplitPlanner next = planner_.GoOnAt(kRate / 2, 2 * kRate);
  EXPECT_EQ(next.UtcAt(kRate), planner_.UtcAt(4 * kRate));
  next.FileBegins(0);
  EXPECT_EQ(next.BoundaryFrame(), 6u * kRate / 2);
}

TEST_F(SplitPlannerTest, FollowsASlewedClockWithoutAStep) {
  Hear(planner_, 1.0);
  planner_.FileBegins(0);
  utc_ += 500us;
  EXPECT_EQ(Hear(planner_, 2.0), 0s);
  EXPECT_EQ(planner_.BoundaryFrame(), 8u * kRate - 22);  // 22.05 samples
}

TEST_F(SplitPlannerTest, DoesNotCrossABoundaryTwiceWhenTheClockIsSlewedBack) {
  Hear(planner_, 8.0);
  planner_.FileBegins(0);
  const auto boundary = planner_.BoundaryFrame();
  utc_ -= 50ms;
  Hear(planner_, 8.1);
  planner_.FileBegins(boundary);
  EXPECT_GT(planner_.BoundaryFrame(), boundary + 14 * kRate);
}

TEST_F(SplitPlannerTest, CountsExactlyOverManyDays) {
  const SplitPlanner::Frames frame = std::uint64_t{400} * 86400 * 384000;
  SplitPlanner planner({.rate = 384000, .interval = 60min, .kind = ClockMap::Kind::kNetwork},
                       zone_);
  planner.Observe(frame, kBoot, UtcTime(10min));
  EXPECT_EQ(planner.UtcAt(frame), UtcTime(10min));
  planner.FileBegins(frame);
  EXPECT_EQ(planner.BoundaryFrame(), frame + std::uint64_t{50} * 60 * 384000);
}

}  // namespace
}  // namespace isr
