#include "format/frame_history.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace isr {
namespace {

using namespace std::chrono_literals;
using Hashes = std::vector<std::uint64_t>;

constexpr auto kFrame = 26ms;

/// A history that ends in these frames.
struct Remember : FrameHistory {
  explicit Remember(const Hashes& hashes) {
    for (const auto hash : hashes) Add(hash, kFrame);
  }
};

TEST(FrameHistory, FindsWhatTheServerSendsAgain) {
  const Remember history({1, 2, 3, 4, 5});
  EXPECT_EQ(history.FindOverlap(Hashes{3, 4, 5, 6, 7}, 0ms, kFrame), 3u);
}

TEST(FrameHistory, FindsNothingWhereAudioIsMissing) {
  EXPECT_EQ(Remember({1, 2, 3}).FindOverlap(Hashes{5, 6, 7}, 0ms, kFrame), 0u);
}

TEST(FrameHistory, WantsEveryFrameUpToItsEnd) {
  const Remember history({1, 2, 3, 4, 5});
  EXPECT_EQ(history.FindOverlap(Hashes{2, 3, 9, 5, 6}, 0ms, kFrame), 0u) << "one differs";
  EXPECT_EQ(history.FindOverlap(Hashes{2, 3, 4}, 0ms, kFrame), 0u) << "the end is not reached";
}

TEST(FrameHistory, LetsTheClockDecideInSilence) {
  const Remember history(Hashes(100, 7));
  EXPECT_EQ(history.FindOverlap(Hashes(60, 7), 40 * kFrame, kFrame), 40u);
  EXPECT_EQ(history.FindOverlap(Hashes(60, 7), 10s, kFrame), 60u);
  EXPECT_EQ(history.FindOverlap(Hashes(60, 7), -1s, kFrame), 1u);
}

TEST(FrameHistory, ForgetsWhatIsTooOld) {
  FrameHistory history(100ms);
  for (std::uint64_t hash = 1; hash <= 10; ++hash) history.Add(hash, kFrame);
  EXPECT_EQ(history.FindOverlap(Hashes{7, 8, 9, 10}, 0ms, kFrame), 0u);
  EXPECT_EQ(history.FindOverlap(Hashes{8, 9, 10, 11}, 0ms, kFrame), 3u);
}

TEST(FrameHistory, TellsFramesApartByTheirBytes) {
  const std::vector<std::uint8_t> one{1, 2, 3};
  const std::vector<std::uint8_t> other{1, 2, 4};
  EXPECT_NE(FrameHistory::HashOf(one), FrameHistory::HashOf(other));
}

}  // namespace
}  // namespace isr
