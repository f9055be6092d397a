#include "recorder/event_finder.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "level/find_sections.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kStart{std::chrono::hours(490'000)};
constexpr std::int16_t kQuiet = -6000;
constexpr std::int16_t kLoud = -3000;

using Levels = std::vector<std::int16_t>;

/// A quarter of an hour of background that swings by 2 dB, with an event of a second each half
/// minute.
Levels Sound() {
  Levels levels(9000);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i] = static_cast<std::int16_t>(kQuiet + static_cast<int>(i * 7919 % 200));
    if (i % 300 >= 295 || i % 300 < 5) levels[i] = kLoud;
  }
  return levels;
}

class EventFinderTest : public testing::Test {
 protected:
  void Begin(const std::string& name, UtcTime start) {
    Segment segment;
    segment.name = name;
    segment.start = start;
    finder_.Began(segment);
  }
  /// Levels [first, last) of `all`, a second at a time.
  void Hear(const std::string& name, const Levels& all, std::size_t first, std::size_t last,
            std::size_t piece = 10) {
    for (std::size_t at = first; at < last; at += piece) {
      const std::size_t count = std::min(piece, last - at);
      finder_.Heard(name, static_cast<std::int64_t>(at - first), std::span(all).subspan(at, count));
    }
  }
  /// Sections as windows since kStart.
  std::vector<Section> Found() {
    std::vector<Section> sections;
    for (const SourceSection& one : ended_) {
      sections.push_back({(one.start.time - kStart) / 100ms, (one.end.time - kStart) / 100ms,
                          one.score, one.prominence});
    }
    return sections;
  }

  std::vector<SourceSection> begun_, ended_;
  EventFinder finder_{{},
                      [this](const SourceSection& section) { begun_.push_back(section); },
                      [this](const SourceSection& section) { ended_.push_back(section); }};
};

TEST_F(EventFinderTest, FilesThatFollowOnEachOtherAreOneSequence) {
  const Levels all = Sound();
  // An event lies across the boundary at 3000 and begins with the second file's first window at
  // 6000.
  Begin("a", kStart);
  Begin("b", kStart + 300s);
  Begin("c", kStart + 600s);
  Hear("a", all, 0, 3000);
  Hear("b", all, 3000, 6000, 7);
  Hear("c", all, 6000, 9000, 3000);
  finder_.Finish();
  EXPECT_EQ(Found(), FindSections({}, all, {}));
  ASSERT_GT(ended_.size(), 20U);
  EXPECT_EQ(ended_[10].start.file, 0);
  EXPECT_EQ(ended_[10].start.window, 2995);
  EXPECT_EQ(ended_[10].end.file, 1);
  EXPECT_EQ(ended_[10].end.window, 5);
  EXPECT_EQ(begun_.size(), ended_.size());
  for (std::size_t i = 0; i < begun_.size(); ++i) EXPECT_EQ(begun_[i].start, ended_[i].start);
}

TEST_F(EventFinderTest, AShortLastWindowIsNoGap) {
  const Levels all = Sound();
  Begin("a", kStart);
  Begin("b", kStart + 299'941ms);
  Hear("a", all, 0, 3000);
  Hear("b", all, 3000, 6000);
  finder_.Finish();
  const auto expected = FindSections({}, std::span(all).first(6000), {});
  ASSERT_EQ(ended_.size(), expected.size());
  EXPECT_EQ(ended_.back().score, expected.back().score);
  EXPECT_EQ(ended_.back().start.window, expected.back().start - 3000);
}

TEST_F(EventFinderTest, TimeBetweenFilesIsMissingWindows) {
  Levels all = Sound();
  Begin("a", kStart);
  Begin("b", kStart + 330s);
  Hear("a", all, 0, 3000);
  Hear("b", all, 3300, 6000);
  finder_.Finish();
  for (std::size_t i = 3000; i < 3300; ++i) all[i] = kMissingLevel;
  EXPECT_EQ(Found(), FindSections({}, std::span(all).first(6000), {}));
}

TEST_F(EventFinderTest, WindowsThatNeverCameAreMissing) {
  Levels all = Sound();
  Begin("a", kStart);
  Hear("a", all, 0, 1000);
  finder_.Heard("a", 1500, std::span(all).subspan(1500, 500));
  finder_.Heard("a", 1400, std::span(all).subspan(1400, 50));    // too late
  finder_.Heard("a", 1990, std::span(all).subspan(1990, 1010));  // partly known
  finder_.Finish();
  for (std::size_t i = 1000; i < 1500; ++i) all[i] = kMissingLevel;
  EXPECT_EQ(Found(), FindSections({}, std::span(all).first(3000), {}));
}

TEST_F(EventFinderTest, WhatLiesBehindTheEndOfAFileIsNotOfIt) {
  const Levels all = Sound();
  Levels last(all.begin() + 2990, all.begin() + 2996);
  last.resize(10, kMissingLevel);  // a second as a coded stream's levels come
  Begin("a", kStart);
  Begin("b", kStart + 299'600ms);
  Hear("a", all, 0, 2990);
  finder_.Heard("a", 2990, last);
  Hear("b", all, 2996, 6000);
  finder_.Finish();
  EXPECT_EQ(Found(), FindSections({}, std::span(all).first(6000), {}));
}

TEST_F(EventFinderTest, LevelsOfAFileBeforeAreTooLate) {
  const Levels all = Sound();
  Begin("a", kStart);
  Begin("b", kStart + 300s);
  Hear("a", all, 0, 2000);
  Hear("b", all, 3000, 4000);
  finder_.Heard("a", 2000, std::span(all).subspan(2000, 1000));
  finder_.Heard("never begun", 0, std::span(all).first(1000));
  Hear("b", all, 3000, 6000);
  finder_.Finish();
  Levels known = all;
  for (std::size_t i = 2000; i < 3000; ++i) known[i] = kMissingLevel;
  EXPECT_EQ(Found(), FindSections({}, std::span(known).first(6000), {}));
}

TEST_F(EventFinderTest, AnEventEndsWhenNothingFollows) {
  const Levels all = Sound();
  Begin("a", kStart);
  Hear("a", all, 0, 2400);
  EXPECT_EQ(begun_.size(), ended_.size() + 1);
  finder_.Pass(kStart + 230s);  // of before: nothing
  EXPECT_EQ(begun_.size(), ended_.size() + 1);
  finder_.Pass(kStart + 250s);
  EXPECT_EQ(begun_.size(), ended_.size());
  EXPECT_EQ(ended_.back().end.window, 2400);
}

TEST_F(EventFinderTest, AClockThatWasSetBackDoesNotRepeatWindows) {
  const Levels all = Sound();
  Begin("a", kStart);
  Begin("b", kStart - 3600s);
  Hear("a", all, 0, 3000);
  Hear("b", all, 3000, 6000);
  finder_.Finish();
  const auto expected = FindSections({}, std::span(all).first(6000), {});
  ASSERT_EQ(ended_.size(), expected.size());
  EXPECT_EQ(ended_.back().start.time, kStart - 3600s + (expected.back().start - 3000) * 100ms);
}

TEST_F(EventFinderTest, PlacesStayRightOverManyFiles) {
  const Levels all = Sound();
  for (std::size_t file = 0; file < 150; ++file) {
    const auto start = kStart + file * 6s;
    Begin(std::to_string(file), start);
    Hear(std::to_string(file), all, file * 60, file * 60 + 60);
  }
  finder_.Finish();
  EXPECT_EQ(Found(), FindSections({}, all, {}));
  for (const SourceSection& one : ended_) {
    EXPECT_EQ(one.start.file * 60 + one.start.window, (one.start.time - kStart) / 100ms);
  }
}

}  // namespace
}  // namespace isr
