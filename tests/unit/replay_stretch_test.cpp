#include <gtest/gtest.h>

#include "replay/stretch.hpp"

namespace isr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const UtcTime kBegin(seconds(1'700'000'000));
constexpr int kRate = 100;

Segment File(const std::string& name, milliseconds start, std::int64_t frames) {
  return {.name = name,
          .source = "a",
          .format = "wav",
          .start = kBegin + start,
          .rate = kRate,
          .frames = frames};
}

Gap Missing(milliseconds start, milliseconds end, Cause cause = Cause::kXrun) {
  return {.source = "a", .start = kBegin + start, .end = kBegin + end, .cause = cause};
}

/// "one[0+500] two[0+100] @2.5: 1 s xrun"
std::string Text(const RecordedStretch& stretch) {
  std::string text;
  for (const RecordedPiece& piece : stretch.pieces) {
    text += piece.segment.name + "[" + std::to_string(piece.first) + "+" +
            std::to_string(piece.count) + "] ";
  }
  for (const MissingAudio& one : stretch.missing) {
    text += "@" + std::to_string(static_cast<int>(one.at * 1000)) + ": " +
            std::to_string(static_cast<int>(one.seconds * 1000)) + " ms ";
  }
  return text;
}

double StartOf(const RecordedStretch& stretch) {
  return std::chrono::duration<double>(stretch.start - kBegin).count();
}

RecordedStretch Find(const std::vector<Segment>& files, const std::vector<Gap>& gaps,
                     milliseconds last_end, milliseconds end, double length) {
  return FindStretch(files, gaps, kBegin + last_end, kBegin + end, length);
}

TEST(ReplayStretch, IsCountedBackFromTheEnd) {
  const auto found = Find({File("one", seconds(0), 1000)}, {}, seconds(10), seconds(10), 2.5);
  EXPECT_EQ(Text(found), "one[750+250] ");
  EXPECT_EQ(found.frames, 250U);
  EXPECT_EQ(StartOf(found), 7.5);
}

TEST(ReplayStretch, WhatCameAfterTheEndIsNotWanted) {
  const auto found = Find({File("one", seconds(0), 500), File("two", seconds(5), 7)}, {},
                          milliseconds(5070), milliseconds(4900), 1);
  EXPECT_EQ(Text(found), "one[390+100] ");
  EXPECT_EQ(StartOf(found), 3.9);
}

TEST(ReplayStretch, GoesAcrossFilesWhateverTheirClocksHaveLearntSince) {
  const auto found = Find({File("one", milliseconds(-40), 500), File("two", seconds(5), 300)}, {},
                          milliseconds(8010), milliseconds(8010), 4);
  EXPECT_EQ(Text(found), "one[400+100] two[0+300] ");
  EXPECT_EQ(StartOf(found), 4.01);
}

TEST(ReplayStretch, WhatHasNotComeYetIsTimeThatIsMissing) {
  const auto found = Find({File("one", seconds(0), 1000)}, {}, seconds(10), seconds(12), 3);
  EXPECT_EQ(Text(found), "one[900+100] ");
  EXPECT_EQ(StartOf(found), 9);
  EXPECT_TRUE(
      Find({File("one", seconds(0), 1000)}, {}, seconds(10), seconds(12), 2).pieces.empty());
}

TEST(ReplayStretch, LessIsTakenWhereThereIsNoMore) {
  const auto found = Find({File("one", seconds(0), 100)}, {}, seconds(1), seconds(1), 60);
  EXPECT_EQ(Text(found), "one[0+100] ");
  EXPECT_EQ(StartOf(found), 0);
  EXPECT_TRUE(Find({}, {}, seconds(0), seconds(0), 1).pieces.empty());
}

TEST(ReplayStretch, AGapBetweenFilesTakesItsTime) {
  const std::vector<Segment> files{File("one", seconds(0), 500), File("two", seconds(8), 200)};
  const std::vector<Gap> gaps{Missing(seconds(5), seconds(8), Cause::kReconnect)};
  const auto found = Find(files, gaps, seconds(10), seconds(10), 6);
  EXPECT_EQ(Text(found), "one[400+100] two[0+200] @1000: 3000 ms ");
  EXPECT_EQ(found.missing.front().cause, Cause::kReconnect);
  EXPECT_EQ(StartOf(found), 4);
  EXPECT_EQ(Text(Find(files, gaps, seconds(10), seconds(10), 4)), "two[0+200] ");
  EXPECT_EQ(StartOf(Find(files, gaps, seconds(10), seconds(10), 4)), 8);
}

TEST(ReplayStretch, AGapThatTheLedgerLostIsSeenByTheClock) {
  const auto found = Find({File("one", seconds(0), 500), File("two", seconds(8), 200)}, {},
                          seconds(10), seconds(10), 6);
  EXPECT_EQ(Text(found), "one[400+100] two[0+200] @1000: 3000 ms ");
}

TEST(ReplayStretch, AGapInsideAFileTakesItsTimeAndTheFileStaysOnePiece) {
  const std::vector<Segment> files{File("one", seconds(0), 900)};
  const std::vector<Gap> gaps{Missing(seconds(2), seconds(3)),
                              Missing(seconds(6), milliseconds(6500))};
  const auto found = Find(files, gaps, milliseconds(10500), milliseconds(10500), 5);
  EXPECT_EQ(Text(found), "one[450+450] @500: 500 ms ");
  EXPECT_EQ(StartOf(found), 5.5);
  EXPECT_EQ(Text(Find(files, gaps, milliseconds(10500), milliseconds(10500), 10)),
            "one[50+850] @1500: 1000 ms @4500: 500 ms ");
}

TEST(ReplayStretch, AnEndInAGapTakesWhatWasBefore) {
  const auto found = Find({File("one", seconds(0), 500), File("two", seconds(8), 200)},
                          {Missing(seconds(5), seconds(8))}, seconds(10), seconds(7), 3);
  EXPECT_EQ(Text(found), "one[400+100] ");
  EXPECT_EQ(StartOf(found), 4);
}

TEST(ReplayStretch, AnotherFormatBeginsAnew) {
  std::vector<Segment> files{File("one", seconds(0), 500), File("two", seconds(5), 200)};
  files[0].rate = 200;
  const auto found = Find(files, {}, seconds(7), seconds(7), 4);
  EXPECT_EQ(Text(found), "two[0+200] ");
  EXPECT_TRUE(found.other_format);
}

TEST(ReplayStretch, PiecesThatDoNotGoTogetherAreDropped) {
  auto found = Find({File("one", seconds(0), 500), File("two", seconds(8), 200)},
                    {Missing(seconds(5), seconds(8)), Missing(seconds(9), milliseconds(9500))},
                    milliseconds(10500), milliseconds(10500), 9);
  EXPECT_EQ(Text(found), "one[150+350] two[0+200] @3500: 3000 ms @4500: 500 ms ");
  DropBefore(found, 1);
  EXPECT_EQ(Text(found), "two[0+200] @1000: 500 ms ");
  EXPECT_EQ(found.frames, 200U);
  EXPECT_EQ(StartOf(found), 8);
}

}  // namespace
}  // namespace isr
