#include "model/segment.hpp"

namespace isr {

std::string_view ToWord(ClockQuality quality) {
  return quality == ClockQuality::kSynced ? "synced" : "free-running";
}

std::optional<ClockQuality> ClockQualityFromWord(std::string_view word) {
  if (word == ToWord(ClockQuality::kSynced)) return ClockQuality::kSynced;
  if (word == ToWord(ClockQuality::kFreeRunning)) return ClockQuality::kFreeRunning;
  return std::nullopt;
}

}  // namespace isr
