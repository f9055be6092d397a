#include "level/detector.hpp"

#include <gtest/gtest.h>

#include "level/decibel.hpp"
#include "level/find_sections.hpp"
#include "tests/soundscape.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;
using Levels = std::vector<std::int16_t>;

/// Levels of noise, piece by piece.
class LevelScript {
 public:
  /// From `level` to `to` dB in that time.
  LevelScript& Ramp(double seconds, double level, double to) {
    const int windows = static_cast<int>(std::lround(seconds * 10));
    for (int i = 0; i < windows; ++i) {
      const double here = level + (to - level) * i / windows + dice_.Between(-0.5, 0.5);
      levels_.push_back(static_cast<std::int16_t>(std::lround(std::max(here, -90.0) * 100)));
    }
    return *this;
  }
  LevelScript& Noise(double seconds, double level) { return Ramp(seconds, level, level); }
  LevelScript& Missing(double seconds) {
    levels_.insert(levels_.end(), static_cast<std::size_t>(seconds * 10), kMissingLevel);
    return *this;
  }
  const Levels& Get() const { return levels_; }

 private:
  Levels levels_;
  Dice dice_{5};
};

std::vector<Section> Find(const LevelScript& script, const DetectorOptions& options = {}) {
  return FindSections({}, script.Get(), options);
}

/// Events of half a second, in a background of -60 dB.
LevelScript WithEvents(LevelScript script = {}) {
  for (int i = 0; i < 5; ++i) script.Noise(10, -60).Noise(0.5, -40);
  return script.Noise(10, -60);
}

TEST(Detector, FindsAnEventWithItsTimesAndItsScore) {
  const auto sections = Find(LevelScript().Noise(30, -60).Noise(2, -40).Noise(30, -60));
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_EQ(sections[0].start, 300);
  EXPECT_EQ(sections[0].end, 320);
  EXPECT_NEAR(sections[0].score, 20.5, 1);
  EXPECT_NEAR(sections[0].prominence, 20.5, 1);
}

TEST(Detector, FindsAnEventAtTheVeryBegin) {
  const auto sections = Find(LevelScript().Noise(2, -40).Noise(30, -60));
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_EQ(sections[0].start, 0);
  EXPECT_EQ(sections[0].end, 20);
}

TEST(Detector, FindsAnEventInAFileOfSeconds) {
  const auto sections = Find(LevelScript().Noise(3, -60).Noise(0.5, -40).Noise(1, -60));
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_EQ(sections[0].start, 30);
}

TEST(Detector, ANothingHasNoSections) {
  EXPECT_TRUE(Find({}).empty());
  EXPECT_TRUE(Find(LevelScript().Missing(100)).empty());
  EXPECT_TRUE(Find(LevelScript().Noise(0.1, -20)).empty());
}

TEST(Detector, TakesTheSlowRiseOfAnEventForAPartOfIt) {
  const auto sections =
      Find(LevelScript().Noise(30, -60).Ramp(3, -60, -30).Noise(2, -30).Noise(30, -60));
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_NEAR(static_cast<double>(sections[0].start), 306, 1);  // 6 dB over the floor
}

TEST(Detector, FindsARampOfTwentySeconds) {
  const auto sections =
      Find(LevelScript().Noise(60, -60).Ramp(20, -60, -30).Ramp(20, -30, -60).Noise(60, -60));
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_LT(sections[0].start, 700);
  EXPECT_GT(sections[0].end, 800);
}

TEST(Detector, RainThatSetsInIsOneSectionAtMost) {
  auto script = LevelScript().Noise(120, -60).Ramp(60, -60, -35).Noise(600, -35);
  EXPECT_LE(Find(script).size(), 1U);
  const auto sections = Find(script.Noise(1, -15).Noise(60, -35));
  ASSERT_FALSE(sections.empty());
  EXPECT_EQ(sections.back().start, 7800) << "an event in the rain";
}

TEST(Detector, AStepThatStaysIsOneSectionOfAMinute) {
  const auto sections =
      Find(LevelScript().Noise(120, -60).Noise(300, -40).Noise(1, -20).Noise(60, -40));
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections[0].start, 1200);
  EXPECT_NEAR(static_cast<double>(sections[0].end), 1800, 1);
  EXPECT_EQ(sections[1].start, 4200);
}

TEST(Detector, AStepDownIsNoneAndIsFollowedInSeconds) {
  const auto sections =
      Find(LevelScript().Noise(120, -40).Noise(8, -60).Noise(1, -40).Noise(60, -60));
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_EQ(sections[0].start, 1280);
}

TEST(Detector, ASlowDriftIsNone) {
  LevelScript script;
  for (int day = 0; day < 3; ++day) script.Ramp(300, -70, -40).Ramp(300, -40, -70);
  EXPECT_TRUE(Find(script).empty());
}

TEST(Detector, LoudSteadyNoiseIsNone) {
  EXPECT_TRUE(Find(LevelScript().Noise(300, -3)).empty());
}

TEST(Detector, DigitalSilenceAndItsLastBitAreNone) {
  EXPECT_TRUE(Find(LevelScript().Noise(120, -96)).empty());
  EXPECT_TRUE(Find(LevelScript().Noise(60, -96).Noise(60, -90.3).Noise(60, -96)).empty());
}

TEST(Detector, EventsOutOfDigitalSilenceAreFound) {
  LevelScript script;
  for (int i = 0; i < 10; ++i) script.Noise(20, -96).Noise(5, -40);
  EXPECT_EQ(Find(script.Noise(20, -96)).size(), 10U);
}

TEST(Detector, AfterALongOneOutOfDigitalSilenceTheNextIsFoundToo) {
  const auto script =
      LevelScript().Noise(60, -96).Noise(120, -40).Noise(15, -96).Noise(5, -40).Noise(30, -96);
  const auto sections = Find(script);
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections[1].start, 1950);
}

TEST(Detector, ADropOutIsNone) {
  for (const double seconds : {0.1, 1.0, 3.0, 9.0}) {
    EXPECT_TRUE(Find(LevelScript().Noise(60, -50).Noise(seconds, -96).Noise(60, -50)).empty())
        << seconds;
  }
}

TEST(Detector, ALongEventIsOneSectionUntilItIsBackground) {
  for (const double seconds : {45.0, 120.0, 600.0}) {
    const auto sections = Find(LevelScript()
                                   .Noise(120, -60)
                                   .Noise(seconds, -40)
                                   .Noise(30, -60)
                                   .Noise(1, -40)
                                   .Noise(30, -60));
    ASSERT_EQ(sections.size(), 2U) << seconds;
    EXPECT_EQ(sections[0].start, 1200);
    EXPECT_NEAR(static_cast<double>(sections[0].end - sections[0].start),
                10 * std::min(seconds, 60.0), 1);
    EXPECT_EQ(sections[1].start, 1500 + std::lround(seconds * 10)) << "the next one";
  }
}

TEST(Detector, FindsBeepsOfAnyDutyCycle) {
  for (const double duty : {0.1, 0.4, 0.85}) {
    LevelScript script;
    script.Noise(60, -60);
    for (int i = 0; i < 15; ++i) script.Noise(20 * duty, -40).Noise(20 * (1 - duty), -60);
    const auto sections = Find(script.Noise(20, -60));
    ASSERT_EQ(sections.size(), 15U) << duty;
    for (std::size_t i = 0; i < sections.size(); ++i) {
      EXPECT_EQ(sections[i].start, 600 + 200 * static_cast<std::int64_t>(i));
    }
  }
}

TEST(Detector, JoinsWhatIsCloserThanTheGracePeriod) {
  const auto script =
      LevelScript().Noise(30, -60).Noise(1, -40).Noise(1.9, -60).Noise(1, -40).Noise(30, -60);
  EXPECT_EQ(Find(script).size(), 1U);
  EXPECT_EQ(Find(script, {.min_gap = 1500ms}).size(), 2U);
  EXPECT_EQ(Find(script, {.min_gap = 0ms}).size(), 2U);
  EXPECT_EQ(Find(WithEvents(), {.min_gap = 1min}).size(), 1U);
}

TEST(Detector, TheMarginDecides) {
  EXPECT_EQ(Find(WithEvents(), {.margin = 6}).size(), 5U);
  EXPECT_EQ(Find(WithEvents(), {.margin = 18}).size(), 5U);
  EXPECT_TRUE(Find(WithEvents(), {.margin = 24}).empty());
}

TEST(Detector, ABackgroundThatSwingsIsMeasuredByItsSwing) {
  LevelScript script;
  for (int i = 0; i < 40; ++i) script.Ramp(4, -60, -45).Ramp(4, -45, -60);
  EXPECT_TRUE(Find(script).empty());
  EXPECT_FALSE(Find(script, {.swing = 90}).empty()) << "else every wave is one";
}

TEST(Detector, MissingLevelsAreTimeAndNothingElse) {
  const auto sections =
      Find(LevelScript().Noise(60, -60).Missing(30).Noise(10, -60).Noise(1, -40).Noise(20, -60));
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_EQ(sections[0].start, 1000);
}

TEST(Detector, ASectionIsJoinedOverAShortGapOnly) {
  const auto script = [](double gap) {
    return LevelScript().Noise(30, -60).Noise(3, -40).Missing(gap).Noise(3, -40).Noise(30, -60);
  };
  EXPECT_EQ(Find(script(1)).size(), 1U);
  EXPECT_EQ(Find(script(5)).size(), 2U);
}

TEST(Detector, BeginsAgainAfterMoreThanAMinuteWithoutLevels) {
  // Louder for good: no event, for nobody knows when that happened.
  EXPECT_TRUE(Find(LevelScript().Noise(60, -60).Missing(61).Noise(60, -40)).empty());
  EXPECT_FALSE(Find(LevelScript().Noise(60, -60).Missing(59).Noise(60, -40)).empty());
  const auto script =
      LevelScript().Noise(60, -60).Noise(3, -40).Missing(100).Noise(2, -20).Noise(60, -40);
  const auto sections = Find(script);
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections[0].end, 630);
  EXPECT_EQ(sections[1].start, 1630);
}

TEST(Detector, YearsCanBeMissing) {
  for (const auto rule : {DetectorOptions::Rule::kAdaptive, DetectorOptions::Rule::kPercentile}) {
    std::vector<Section> sections;
    Detector detector({.rule = rule},
                      {.begin = {}, .end = [&](const Section& one) { sections.push_back(one); }});
    constexpr std::int64_t kGap = 10LL * 86400 * 365 * 10;
    const Levels levels = WithEvents().Get();
    detector.Push(levels);
    detector.Skip(kGap);
    detector.Push(levels);
    detector.Finish();
    const auto length = static_cast<std::int64_t>(levels.size());
    EXPECT_EQ(detector.Windows(), 2 * length + kGap);
    ASSERT_EQ(sections.size(), 10U);
    EXPECT_EQ(sections[5].start, sections[0].start + length + kGap);
  }
}

/// What a detector says, and when.
struct Heard {
  std::vector<std::pair<std::int64_t, Section>> begins;  ///< with the windows so far
  std::vector<std::pair<std::int64_t, Section>> ends;
};

Heard HearOneByOne(const Levels& levels, const DetectorOptions& options = {}) {
  Heard heard;
  std::int64_t windows = 0;
  Detector detector(options,
                    {.begin = [&](const Section& one) { heard.begins.emplace_back(windows, one); },
                     .end = [&](const Section& one) { heard.ends.emplace_back(windows, one); }});
  for (const std::int16_t level : levels) {
    ++windows;
    detector.Push(level);
    EXPECT_EQ(detector.Windows(), windows);
  }
  detector.Finish();
  return heard;
}

TEST(Detector, TellsOfABeginAtOnceAndOfAnEndAfterTheGracePeriod) {
  const Heard heard = HearOneByOne(LevelScript().Noise(30, -60).Noise(2, -40).Noise(30, -60).Get());
  ASSERT_EQ(heard.begins.size(), 1U);
  EXPECT_EQ(heard.begins[0].first, 301);
  EXPECT_EQ(heard.begins[0].second.start, 300);
  ASSERT_EQ(heard.ends.size(), 1U);
  EXPECT_EQ(heard.ends[0].first, 340);
  EXPECT_EQ(heard.ends[0].second.end, 320);
}

TEST(Detector, SaysTheSameLiveAndFromStore) {
  Dice dice(77);
  LevelScript script;
  for (int i = 0; i < 300; ++i) {
    const double level = dice.Between(-95, -30);
    script.Ramp(dice.Between(0.1, 12), level, level + dice.Between(-6, 6));
    if (dice.Below(20) == 0) script.Missing(dice.Between(0.1, 90));
  }
  for (const auto rule : {DetectorOptions::Rule::kAdaptive, DetectorOptions::Rule::kPercentile}) {
    const auto stored = Find(script, {.rule = rule});
    const Heard heard = HearOneByOne(script.Get(), {.rule = rule});
    ASSERT_EQ(heard.ends.size(), stored.size());
    ASSERT_EQ(heard.begins.size(), stored.size());
    EXPECT_GT(stored.size(), 20U);
    for (std::size_t i = 0; i < stored.size(); ++i) {
      EXPECT_EQ(heard.ends[i].second, stored[i]);
      EXPECT_EQ(heard.begins[i].second.start, stored[i].start);
      if (i > 0) {
        EXPECT_GE(stored[i].start, stored[i - 1].end);
      }
    }
  }
}

TEST(Detector, AFileIsJudgedWithWhatCameBeforeIt) {
  LevelScript before;
  before.Noise(600, -60);
  LevelScript file;
  file.Noise(15, -40).Noise(100, -60);
  const auto sections = FindSections(before.Get(), file.Get(), {});
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_EQ(sections[0].start, 0);
  EXPECT_EQ(sections[0].end, 150);
  EXPECT_TRUE(Find(file).empty()) << "alone it begins with a loud background";
}

TEST(Detector, AnEventOverAFileBoundaryEndsAndBeginsThere) {
  LevelScript first;
  first.Noise(60, -60).Noise(3, -40);
  LevelScript second;
  second.Noise(4, -40).Noise(60, -60);
  const auto ending = Find(first);
  ASSERT_EQ(ending.size(), 1U);
  EXPECT_EQ(ending[0].end, 630);
  const auto going_on = FindSections(first.Get(), second.Get(), {});
  ASSERT_EQ(going_on.size(), 1U);
  EXPECT_EQ(going_on[0].start, 0);
  EXPECT_EQ(going_on[0].end, 40);
  Levels both = first.Get();
  both.insert(both.end(), second.Get().begin(), second.Get().end());
  const auto joined = FindSections({}, both, {});
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_EQ(joined[0].start, 600);
  EXPECT_EQ(joined[0].end, 670);
}

TEST(Detector, KnowsItsFloor) {
  Detector detector({}, {});
  EXPECT_EQ(detector.Floor(), kMissingLevel);
  detector.Push(LevelScript().Noise(30, -60).Get());
  EXPECT_NEAR(detector.Floor(), -6000, 60);
  EXPECT_FALSE(detector.IsOpen());
  detector.Push(-3000);
  EXPECT_TRUE(detector.IsOpen());
}

/// The rule as it is usually told: the 20th percentile of each 30 s is the floor.
std::vector<Section> LiteralRule(const Levels& levels, double margin, std::int64_t min_gap) {
  std::vector<Section> sections;
  for (std::size_t block = 0; block < levels.size(); block += 300) {
    const std::size_t end = std::min(block + 300, levels.size());
    std::vector<double> sorted(levels.begin() + static_cast<std::ptrdiff_t>(block),
                               levels.begin() + static_cast<std::ptrdiff_t>(end));
    std::sort(sorted.begin(), sorted.end());
    const double rank = 0.2 * static_cast<double>(sorted.size() - 1);
    const auto lower = static_cast<std::size_t>(rank);
    const double above = sorted[std::min(lower + 1, sorted.size() - 1)];
    const double floor =
        sorted[lower] + (rank - static_cast<double>(lower)) * (above - sorted[lower]);
    for (std::size_t i = block; i < end; ++i) {
      const double rise = static_cast<double>(std::lround(levels[i] - floor)) / 100;
      if (rise < margin) continue;
      const auto at = static_cast<std::int64_t>(i);
      if (sections.empty() || at - sections.back().end >= min_gap)
        sections.push_back({at, at, 0, 0});
      Section& last = sections.back();
      last.end = at + 1;
      last.score = last.prominence = std::max(last.score, rise);
    }
  }
  return sections;
}

TEST(Detector, ThePercentileRuleIsTheLiteralOne) {
  Dice dice(3);
  LevelScript script;
  for (int i = 0; i < 200; ++i) script.Noise(dice.Between(0.1, 9), dice.Between(-70, -40));
  const auto sections = Find(script, {.rule = DetectorOptions::Rule::kPercentile});
  EXPECT_EQ(sections, LiteralRule(script.Get(), 12, 20));
  EXPECT_GT(sections.size(), 30U);
}

}  // namespace
}  // namespace isr
