#include "plugins/second_marks.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace isr {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Piece {
  nanoseconds time;
  std::uint64_t position;
};

std::vector<FileMark> MarksOf(const std::vector<Piece>& pieces) {
  SecondMarks marks;
  std::vector<FileMark> all;
  for (const Piece& piece : pieces) {
    marks.Note(piece.time, piece.position);
    while (const auto mark = marks.Take()) all.push_back(*mark);
  }
  return all;
}

void ExpectMark(const FileMark& mark, std::uint64_t second, std::uint64_t bytes, nanoseconds time) {
  EXPECT_EQ(mark.second, second);
  EXPECT_EQ(mark.bytes, bytes);
  EXPECT_EQ(mark.time, time);
}

TEST(SecondMarks, AreTheLastPlacesAtOrBeforeTheEndOfASecond) {
  const auto marks =
      MarksOf({{0ms, 44}, {400ms, 100}, {800ms, 200}, {1200ms, 300}, {1600ms, 400}, {2000ms, 500}});
  ASSERT_EQ(marks.size(), 2U);
  ExpectMark(marks[0], 0, 200, 800ms);
  ExpectMark(marks[1], 1, 500, 2000ms);
}

TEST(SecondMarks, CountFromTheFirstTimeStampOfTheFile) {
  const auto marks = MarksOf({{1h, 44}, {1h + 900ms, 100}, {1h + 1100ms, 200}});
  ASSERT_EQ(marks.size(), 1U);
  ExpectMark(marks[0], 0, 100, 900ms);
}

TEST(SecondMarks, OfALongPieceAreItsBegin) {
  const auto marks = MarksOf({{0s, 0}, {500ms, 70}, {3500ms, 1000}});
  ASSERT_EQ(marks.size(), 3U);
  for (std::uint64_t second = 0; second < 3; ++second) {
    ExpectMark(marks[second], second, 70, 500ms);
  }
}

TEST(SecondMarks, PassOverWhatGoesBackInTime) {
  const auto marks = MarksOf({{5s, 0}, {4s, 10}, {5500ms, 20}, {5200ms, 30}, {6s, 40}});
  ASSERT_EQ(marks.size(), 1U);
  ExpectMark(marks[0], 0, 40, 1s);
}

TEST(SecondMarks, LeaveOutAJump) {
  const auto marks = MarksOf({{0s, 0}, {500ms, 10}, {10000h, 20}, {10000h + 1s, 30}});
  ASSERT_EQ(marks.size(), 1U);
  ExpectMark(marks[0], 36'000'000, 30, 10000h + 1s);
}

}  // namespace
}  // namespace isr
