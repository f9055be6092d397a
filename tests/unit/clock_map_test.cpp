#include "time/clock_map.hpp"

#include <gtest/gtest.h>

namespace isr {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kBoot{1000s};

TEST(ClockMap, PlacesABurstOfPastAudioInThePast) {
  ClockMap map(ClockMap::Kind::kNetwork);
  for (int i = 1; i <= 41; ++i) map.Observe(i * 100ms, kBoot + 1ms * i);  // 4.1 s within 41 ms
  EXPECT_EQ(map.MonotonicAt(0ms), kBoot + 41ms - 4100ms);
}

TEST(ClockMap, IsNotMovedByAudioThatArrivesLate) {
  ClockMap map(ClockMap::Kind::kNetwork);
  for (int i = 1; i <= 50; ++i) map.Observe(i * 100ms, kBoot + i * 100ms + (i % 5) * 80ms);
  EXPECT_EQ(map.MonotonicAt(3s), kBoot + 3s);
}

TEST(ClockMap, ForgetsOldMinimaOfANetworkSource) {
  ClockMap map(ClockMap::Kind::kNetwork);
  map.Observe(1s, kBoot + 1s);
  for (int i = 2; i <= 200; ++i) map.Observe(i * 1s, kBoot + i * 1s + 300ms);
  EXPECT_EQ(map.MonotonicAt(200s), kBoot + 200s + 300ms);
}

TEST(ClockMap, MeasuresTheRateErrorOfACard) {
  ClockMap map(ClockMap::Kind::kCard);
  // 100 ppm fast: media time runs ahead of the clock.
  for (std::int64_t i = 1; i <= 3000; ++i) {
    const auto media = std::chrono::nanoseconds(i * 100'010'000);
    map.Observe(media, kBoot + i * 100ms + (i % 7) * 1ms);
  }
  EXPECT_NEAR(map.RateErrorPpm(), 100.0, 1.0);
  const auto at = map.MonotonicAt(std::chrono::nanoseconds(std::int64_t{3000} * 100'010'000));
  EXPECT_LT(std::chrono::abs(at - (kBoot + 300s)), 1ms);
}

TEST(ClockMap, TakesAHoldUpOfOneSecondAsJitter) {
  ClockMap map(ClockMap::Kind::kCard);
  for (int i = 1; i <= 600; ++i)
    map.Observe(i * 100ms, kBoot + i * 100ms + (i == 300 ? 900ms : 0ms));
  EXPECT_LT(std::chrono::abs(map.MonotonicAt(60s) - (kBoot + 60s)), 1ms);
}

TEST(ClockMap, GoesBothWays) {
  ClockMap map(ClockMap::Kind::kCard);
  for (int i = 1; i <= 600; ++i) map.Observe(i * 100ms, kBoot + i * 100'005us);
  for (const auto media : {0ms, 30000ms, 70000ms}) {
    EXPECT_LE(std::chrono::abs(map.MediaAt(map.MonotonicAt(media)) - media), 1ns);
  }
}

}  // namespace
}  // namespace isr
