#include "time/boundary.hpp"

#include <gtest/gtest.h>

#include "tests/fake_zone.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

constexpr sys_days kSpring = year{2026} / 3 / 29;   // Berlin: 01:00 UTC, +1 h -> +2 h
constexpr sys_days kAutumn = year{2026} / 10 / 25;  // Berlin: 01:00 UTC, +2 h -> +1 h

FakeZone Berlin() {
  return FakeZone(1h).From(kSpring + 1h, 2h).From(kAutumn + 1h, 1h);
}

TEST(NextBoundary, FallsOnTheHourOfTheWallClock) {
  const FakeZone india(5h + 30min);
  EXPECT_EQ(NextBoundary(sys_days(year{2026} / 1 / 1) + 10h + 1s, 60min, india),
            sys_days(year{2026} / 1 / 1) + 10h + 30min);
}

TEST(NextBoundary, IsStrictlyLater) {
  const FakeZone utc(0s);
  const UtcTime noon = sys_days(year{2026} / 1 / 1) + 12h;
  EXPECT_EQ(NextBoundary(noon, 15s, utc), noon + 15s);
  EXPECT_EQ(NextBoundary(noon - 1us, 15s, utc), noon);
}

TEST(NextBoundary, TakesFractionsOfAMinute) {
  const FakeZone utc(0s);
  const UtcTime noon = sys_days(year{2026} / 1 / 1) + 12h;
  EXPECT_EQ(NextBoundary(noon + 20s, 15s, utc), noon + 30s);
}

TEST(NextBoundary, RestartsAtMidnightWhenTheIntervalDoesNotDivideTheDay) {
  const FakeZone utc(0s);
  const UtcTime midnight = sys_days(year{2026} / 1 / 2);
  EXPECT_EQ(NextBoundary(midnight - 1min, 7min, utc), midnight);
  EXPECT_EQ(NextBoundary(midnight, 7min, utc), midnight + 7min);
}

TEST(NextBoundary, OfADayIsTheNextLocalMidnight) {
  EXPECT_EQ(NextBoundary(kSpring + 12h, 24h, Berlin()), kSpring + 22h);
  EXPECT_EQ(NextBoundary(kSpring - 30min, 24h, Berlin()), kSpring + 22h);
}

TEST(NextBoundary, SpringForwardSkipsTheHourThatIsNot) {
  const UtcTime half_past_one = kSpring + 30min;
  EXPECT_EQ(NextBoundary(half_past_one, 60min, Berlin()), kSpring + 1h);
  EXPECT_EQ(NextBoundary(kSpring + 1h, 60min, Berlin()), kSpring + 2h);
}

TEST(NextBoundary, AutumnBackCountsTheSecondHourAgain) {
  EXPECT_EQ(NextBoundary(kAutumn + 30min, 60min, Berlin()), kAutumn + 1h);
  EXPECT_EQ(NextBoundary(kAutumn + 1h, 60min, Berlin()), kAutumn + 2h);
}

TEST(NextBoundary, StaysOnTheHourWhereDaylightSavingIsHalfAnHour) {
  // Lord Howe, 5 April 2026, 02:00 (+11) becomes 01:30 (+10:30).
  const UtcTime change = sys_days(year{2026} / 4 / 4) + 15h;
  const FakeZone lord_howe = FakeZone(11h).From(change, 10h + 30min);
  EXPECT_EQ(NextBoundary(change - 30min, 60min, lord_howe), change + 30min);
  EXPECT_EQ(NextBoundary(change - 10min, 15min, lord_howe), change);
}

}  // namespace
}  // namespace isr
