#include "app/coverage.hpp"

#include <gtest/gtest.h>

#include "tests/fake_zone.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;

/// 2026-11-21 00:00 UTC.
constexpr UtcTime kMidnight{
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 21).time_since_epoch()};

Segment Recorded(UtcTime start, std::chrono::seconds length, Cause ended = Cause::kBoundary) {
  Segment segment;
  segment.source = "radio";
  segment.start = start;
  segment.rate = 1000;
  segment.frames = length / 1s * 1000;
  segment.ended = ended;
  return segment;
}

std::vector<DayCoverage> Cover(const std::vector<Segment>& segments, const std::vector<Gap>& gaps,
                               UtcTime from = UtcTime::min(), UtcTime to = UtcTime::max(),
                               std::chrono::seconds offset = 0s) {
  return CoverageByDay(segments, gaps, from, to, FakeZone(offset));
}

TEST(Coverage, WithoutAGapIsWhole) {
  const auto days = Cover({Recorded(kMidnight + 1h, 3600s), Recorded(kMidnight + 2h, 3600s)}, {});
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].source, "radio");
  EXPECT_EQ(days[0].day, "2026-11-21");
  EXPECT_EQ(days[0].expected, 2h);
  EXPECT_EQ(days[0].missing, 0s);
  EXPECT_EQ(days[0].Percent(), 100.0);
}

TEST(Coverage, CountsAGapOfTheLedgerWithItsCause) {
  const auto days = Cover({Recorded(kMidnight, 900s), Recorded(kMidnight + 1000s, 1000s)},
                          {{"radio", kMidnight + 900s, kMidnight + 1000s, Cause::kReconnect},
                           {"other", kMidnight, kMidnight + 1000s, Cause::kCrash}});
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].missing, 100s);
  EXPECT_DOUBLE_EQ(days[0].Percent(), 95.0);
  ASSERT_EQ(days[0].gaps.size(), 1U);
  EXPECT_EQ(days[0].gaps[0].cause, Cause::kReconnect);
}

TEST(Coverage, AudioLostInsideAFileIsMissingOnce) {
  const auto days = Cover({Recorded(kMidnight, 990s), Recorded(kMidnight + 1000s, 1000s)},
                          {{"radio", kMidnight + 500s, kMidnight + 510s, Cause::kXrun}});
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].missing, 10s);
  ASSERT_EQ(days[0].gaps.size(), 1U);
  EXPECT_EQ(days[0].gaps[0].cause, Cause::kXrun);
}

TEST(Coverage, FindsAHoleThatTheLedgerDoesNotKnow) {
  const auto days =
      Cover({Recorded(kMidnight, 100s, Cause::kStop), Recorded(kMidnight + 200s, 100s)}, {});
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].missing, 100s);
  EXPECT_EQ(days[0].gaps.at(0).cause, Cause::kStop);
  EXPECT_EQ(days[0].gaps.at(0).start, kMidnight + 100s);
}

TEST(Coverage, DoesNotKnowWhyAFileBetweenBoundariesIsGone) {
  Segment later = Recorded(kMidnight + 200s, 100s);
  later.began = Cause::kBoundary;
  const auto days = Cover({Recorded(kMidnight, 100s), later}, {});
  EXPECT_EQ(days.at(0).missing, 100s);
  EXPECT_EQ(days.at(0).gaps.at(0).cause, std::nullopt);
}

TEST(Coverage, TakesACardThatIsALittleSlowForWhole) {
  // 100 ppm over an hour.
  const auto days =
      Cover({Recorded(kMidnight, 3600s), Recorded(kMidnight + 1h + 360ms, 3600s)}, {});
  EXPECT_EQ(days.at(0).missing, 0s);
}

TEST(Coverage, DividesAGapAtLocalMidnight) {
  const UtcTime midnight = kMidnight - 1h;  // of a zone one hour east
  const auto days =
      Cover({Recorded(midnight - 1000s, 900s, Cause::kCrash), Recorded(midnight + 300s, 700s)}, {},
            UtcTime::min(), UtcTime::max(), 1h);
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].day, "2026-11-20");
  EXPECT_EQ(days[0].missing, 100s);
  EXPECT_EQ(days[1].day, "2026-11-21");
  EXPECT_EQ(days[1].missing, 300s);
  EXPECT_EQ(days[1].expected, 1000s);
}

TEST(Coverage, LooksOnlyAtTheTimeAskedFor) {
  const auto days =
      Cover({Recorded(kMidnight, 1000s, Cause::kStop), Recorded(kMidnight + 1500s, 1000s)}, {},
            kMidnight + 500s, kMidnight + 1250s);
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].expected, 750s);
  EXPECT_EQ(days[0].missing, 250s);
}

TEST(Coverage, CountsMomentsInTwoGapsOnce) {
  const auto days = Cover({Recorded(kMidnight, 100s), Recorded(kMidnight + 200s, 100s)},
                          {{"radio", kMidnight + 100s, kMidnight + 180s, Cause::kCrash},
                           {"radio", kMidnight + 150s, kMidnight + 200s, Cause::kReconnect}});
  EXPECT_EQ(days.at(0).missing, 100s);
}

TEST(Coverage, KnowsNothingOfForeignFiles) {
  Segment foreign = Recorded(kMidnight, 100s);
  foreign.source.clear();
  EXPECT_TRUE(Cover({foreign}, {}).empty());
}

}  // namespace
}  // namespace isr
