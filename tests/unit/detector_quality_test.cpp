// How well sections match what is really there, in soundscapes of shaped noise and recorded sounds.
// The table in the log tells how each kind of background fares.

#include <cstdio>

#include <gtest/gtest.h>

#include "level/find_sections.hpp"
#include "tests/soundscape.hpp"

namespace isr {
namespace {

constexpr double kSeconds = 480;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSlow = true;  // a sanitizer has nothing to find in hours of figures
#else
constexpr bool kIsSlow = false;
#endif
constexpr double kLeastRise =
    13.5;  // dB over the background's mean: what a margin of 12 should find

/// A kind of background.
struct Bed {
  const char* name;
  bool is_steady;
  double level;  ///< dBFS, of its mean
  void (*fill)(Soundscape& scape, Dice& dice, double level);
};

void Quiet(Soundscape& scape, Dice& dice, double level) {
  AddNoise(scape, dice, {.high_cut = 2000}, Steady(level));
}
void Hiss(Soundscape& scape, Dice& dice, double level) {
  AddNoise(scape, dice, {}, Steady(level));
}
void Rain(Soundscape& scape, Dice& dice, double level) {
  const double seconds = scape.Seconds();
  AddNoise(scape, dice, {.low_cut = 1500}, Wandering(dice, level, 1, 5, seconds));
}
void Fan(Soundscape& scape, Dice& dice, double level) {
  AddNoise(scape, dice, {.low_cut = 100, .high_cut = 400}, Steady(level - 2));
  AddTone(scape, 100, level - 6);
  AddTone(scape, 300, level - 12);
}
void Engine(Soundscape& scape, Dice& dice, double level) {
  for (int harmonic = 1; harmonic < 8; ++harmonic) AddTone(scape, 57.0 * harmonic, level - 9);
  AddNoise(scape, dice, {.low_cut = 50, .high_cut = 600}, Steady(level - 10));
}
void Brook(Soundscape& scape, Dice& dice, double level) {
  const double seconds = scape.Seconds();
  AddNoise(scape, dice, {.low_cut = 300, .high_cut = 1500},
           Wandering(dice, level, 3, 0.4, seconds));
}
void Surf(Soundscape& scape, Dice& dice, double level) {
  const double seconds = scape.Seconds();
  AddNoise(scape, dice, {.high_cut = 800}, Wandering(dice, level - 4, 10, 3.5, seconds));
}
void Gusts(Soundscape& scape, Dice& dice, double level) {
  const double seconds = scape.Seconds();
  AddNoise(scape, dice, {.high_cut = 250}, Wandering(dice, level - 5, 12, 2, seconds));
}
void Road(Soundscape& scape, Dice& dice, double level) {
  // A car every ten seconds, 13 dB over the rest for some seconds.
  std::vector<double> cars;
  for (double at = 2; at < scape.Seconds(); at += dice.Between(5, 12)) cars.push_back(at);
  AddNoise(scape, dice, {.low_cut = 60, .high_cut = 1000}, [level, cars](double second) {
    double power = 1;
    for (const double at : cars) {
      if (std::abs(second - at) > 10) continue;
      power += std::pow(10, 1.3) / (1 + std::pow((second - at) / 1.5, 4));
    }
    return level - 9 + 10 * std::log10(power);
  });
}
void Crickets(Soundscape& scape, Dice& dice, double level) {
  AddNoise(scape, dice, {.low_cut = 2500},
           [level](double second) { return level + (std::fmod(second, 0.7) < 0.3 ? 2 : -6); });
}
void DayAndNight(Soundscape& scape, Dice& dice, double level) {
  const double seconds = scape.Seconds();
  AddNoise(scape, dice, {.high_cut = 1500}, [level, seconds](double second) {
    return level - 10 * std::cos(2 * std::numbers::pi * second / seconds);
  });
}
void NearSilence(Soundscape& scape, Dice& dice, double level) {
  AddNoise(scape, dice, {}, Steady(level));
}
void Rumble(Soundscape& scape, Dice& dice, double level) {
  Quiet(scape, dice, level);
  AddTone(scape, 9, -12);
  AddTone(scape, 3.7, -9);
}

const Bed kBeds[] = {
    {"quiet room", true, -62, Quiet},
    {"hiss", true, -50, Hiss},
    {"rain", true, -38, Rain},
    {"fan", true, -45, Fan},
    {"engine", true, -35, Engine},
    {"brook", true, -45, Brook},
    {"crickets", true, -50, Crickets},
    {"near silence", true, -88, NearSilence},
    {"day and night", true, -50, DayAndNight},
    {"rumble", true, -60, Rumble},
    {"surf", false, -42, Surf},
    {"gusts", false, -45, Gusts},
    {"road", false, -42, Road},
};

/// The bed's mean, where an event is: louder ones are meant to be found by day too.
double LevelAt(const Bed& bed, double second) {
  if (bed.fill != DayAndNight) return bed.level;
  return bed.level - 10 * std::cos(2 * std::numbers::pi * second / kSeconds);
}

Soundscape MakeScape(const Bed& bed, std::uint64_t seed) {
  Dice dice(seed);
  Soundscape scape(kSeconds);
  bed.fill(scape, dice, bed.level);
  const auto& sounds = RecordedSounds();
  for (double at = 15; at + 5 < kSeconds; at += dice.Between(8, 25)) {
    const double rise = dice.Between(kLeastRise, kLeastRise + 18);
    scape.Add(sounds[dice.Below(sounds.size())], at, LevelAt(bed, at) + rise);
  }
  return scape;
}

void Print(const char* name, const Score& score) {
  std::printf("%-16s events %4d  precision %.3f  recall %.3f  onset F1 %.3f  false/h %5.1f\n", name,
              score.events, score.Precision(), score.Recall(), score.OnsetF1(),
              score.FalsePerHour());
}

struct Heard {
  const Bed* bed;
  Soundscape scape;
  std::vector<std::int16_t> levels;
};

const std::vector<Heard>& AllBeds() {
  static const std::vector<Heard> all = [] {
    std::vector<Heard> made;
    std::uint64_t seed = 20261121;
    for (const Bed& bed : kBeds) {
      Soundscape scape = MakeScape(bed, ++seed);
      auto levels = DetectionLevels({Recorded(scape.audio)});
      scape.audio = Sound(scape.audio.size());  // not needed any more
      made.push_back({&bed, std::move(scape), std::move(levels)});
    }
    return made;
  }();
  return all;
}

struct Totals {
  Score steady;
  Score swinging;
  Score all;
};

/// With a line in the log for each kind of background.
Totals ScoreAll(const char* rule, const DetectorOptions& options) {
  std::printf("Rule: %s\n", rule);
  Totals totals;
  for (const Heard& heard : AllBeds()) {
    const Score score = Compare(FindSections({}, heard.levels, options), heard.scape);
    Print(heard.bed->name, score);
    (heard.bed->is_steady ? totals.steady : totals.swinging) += score;
    totals.all += score;
  }
  Print("steady ones", totals.steady);
  Print("swinging ones", totals.swinging);
  Print("all", totals.all);
  return totals;
}

const Totals& AdaptiveTotals() {
  static const Totals totals = ScoreAll("adaptive", {});
  return totals;
}

TEST(DetectorQuality, FindsWhatStandsOutAndLittleElse) {
  if (kIsSlow) GTEST_SKIP();
  const Totals& totals = AdaptiveTotals();
  EXPECT_GE(totals.all.OnsetF1(), 0.90);
  EXPECT_GE(totals.all.Recall(), 0.97);
  EXPECT_LE(totals.all.FalsePerHour(), 2);
  EXPECT_EQ(totals.steady.false_ones, 0);
}

TEST(DetectorQuality, InSwingingBackgroundsThePercentileIsFarWorse) {
  if (kIsSlow) GTEST_SKIP();
  const Totals literal = ScoreAll("percentile", {.rule = DetectorOptions::Rule::kPercentile});
  EXPECT_GT(literal.swinging.false_ones, 5 * AdaptiveTotals().swinging.false_ones);
  EXPECT_GE(literal.steady.Recall(), 0.97);
}

/// Two minutes of a quiet room with three events.
Soundscape RoomWithEvents(double level = -60, double event_level = -38) {
  Soundscape scape(120);
  Dice dice(9);
  AddNoise(scape, dice, {.high_cut = 1500}, Steady(level));
  double at = 20;
  for (const std::size_t sound : {0, 4, 8}) {
    scape.Add(RecordedSounds()[sound], at, event_level);
    at += 30;
  }
  return scape;
}

void ExpectEventsAndNothingElse(const Soundscape& scape, const std::vector<std::int16_t>& levels) {
  const Score score = Compare(FindSections({}, levels, {}), scape);
  EXPECT_EQ(score.found, score.events);
  EXPECT_EQ(score.onsets, score.events);
  EXPECT_EQ(score.sections, score.events);
}

TEST(DetectorQuality, HearsOverAnOffset) {
  const Soundscape scape = RoomWithEvents();
  for (const double offset : {0.01, 0.3, -0.9}) {
    ExpectEventsAndNothingElse(scape, DetectionLevels({Recorded(scape.audio, offset)}));
  }
}

TEST(DetectorQuality, HearsThroughClipping) {
  const Soundscape scape = RoomWithEvents(-30, 12);
  ExpectEventsAndNothingElse(scape, DetectionLevels({Recorded(scape.audio)}));
}

TEST(DetectorQuality, HearsOneChannelOfTwoAndTheirDifference) {
  const Soundscape scape = RoomWithEvents();
  Soundscape bed(120);
  Dice dice(10);
  AddNoise(bed, dice, {.high_cut = 1500}, Steady(-60));
  Sound inverse = scape.audio;
  for (float& sample : inverse) sample = -sample;
  const auto event = Recorded(scape.audio);
  ExpectEventsAndNothingElse(scape, DetectionLevels({event, Recorded(bed.audio)}));
  ExpectEventsAndNothingElse(scape, DetectionLevels({Recorded(bed.audio), event}));
  ExpectEventsAndNothingElse(scape, DetectionLevels({event, Recorded(inverse)}));
}

TEST(DetectorQuality, AnEventOverTheEndOfAFileIsOne) {
  const Soundscape scape = RoomWithEvents();
  const auto samples = Recorded(scape.audio);
  // In the middle of the second event, and of a window.
  const std::size_t cut = 50 * kSoundscapeRate + 4321;
  std::vector<std::int16_t> levels;
  LevelMeter meter({SampleFormat::kS16, kSoundscapeRate, 1}, kWindowLength,
                   [&](const MeteredWindow& one) { levels.push_back(one.Levels().detection); });
  const auto* data = reinterpret_cast<const std::uint8_t*>(samples.data());
  meter.Take({{&data, 1}, cut});
  meter.EndFile();
  data += 2 * cut;
  meter.Take({{&data, 1}, samples.size() - cut});
  meter.EndFile();
  EXPECT_EQ(levels.size(),
            WindowsIn(cut, kSoundscapeRate) + WindowsIn(samples.size() - cut, kSoundscapeRate));
  ExpectEventsAndNothingElse(scape, levels);
}

TEST(DetectorQuality, ALongEventIsFoundWhole) {
  Soundscape scape(300);
  Dice dice(11);
  AddNoise(scape, dice, {.high_cut = 1500}, Steady(-55));
  scape.Add(Looped(RecordedSounds()[2], 45), 100, -30);
  const auto sections = FindSections({}, DetectionLevels({Recorded(scape.audio)}), {});
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_NEAR(static_cast<double>(sections[0].start), 1000, 5);
  EXPECT_NEAR(static_cast<double>(sections[0].end), 1450, 5);
}

}  // namespace
}  // namespace isr
