#include "level/noise_floor.hpp"

#include <algorithm>

namespace isr {
namespace {

constexpr double kLoud = 0.9;
constexpr double kMost = 0.8;

}  // namespace

NoiseFloor::NoiseFloor(const Options& options)
    : swing_(options.swing),
      background_(options.span),
      quiet_(options.percentile / 100),
      loud_(kLoud),
      recent_(options.recent),
      most_(kMost) {}

void NoiseFloor::Clear() {
  background_.Clear(quiet_, loud_);
  recent_.Clear(most_);
}

std::int16_t NoiseFloor::Level() {
  const auto swung = static_cast<std::int16_t>(background_.LevelAt(loud_) - swing_);
  const std::int16_t level = std::max(Quiet(), swung);
  return recent_.IsFull() ? std::min(level, recent_.LevelAt(most_)) : level;
}

}  // namespace isr
