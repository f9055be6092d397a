#include "level/decibel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isr {

double DecibelOfPower(double power) {
  constexpr double kLowest = kSilence / static_cast<double>(kHundredths);
  return power > 0 ? std::max(10 * std::log10(power), kLowest) : kLowest;
}

std::int16_t HundredthsOfPower(double power, std::int16_t silence) {
  constexpr double kHighest = std::numeric_limits<std::int16_t>::max();
  const double level = DecibelOfPower(power) * kHundredths;
  return static_cast<std::int16_t>(
      std::lround(std::clamp(level, static_cast<double>(silence), kHighest)));
}

}  // namespace isr
