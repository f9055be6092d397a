#include "time/xrun_watch.hpp"

#include <algorithm>

namespace isr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Less than that is not told from a card's block, and from what the fitted line may be wrong by.
constexpr milliseconds kLeastLoss{40};
/// Before that the map does not know how soon audio can come.
constexpr seconds kWarmUp{3};
/// A machine that is held up catches up within the two seconds that the driver keeps, and in this
/// time and number at least one buffer comes through at once.
constexpr seconds kLasting{10};
constexpr int kLastingCount = 20;
/// The first of what is late may be from before the loss, late by chance.
constexpr seconds kUnsettled{2};

}  // namespace

XrunWatch::Verdict XrunWatch::Judge(std::chrono::nanoseconds lateness, MonotonicTime arrival) {
  if (!first_) first_ = arrival;
  if (lateness <= kLeastLoss || arrival - *first_ < kWarmUp) {
    late_since_.reset();
    return Verdict::kInTime;
  }
  if (!late_since_) {
    late_since_ = arrival;
    count_ = 0;
  }
  if (arrival - *late_since_ < kUnsettled) return Verdict::kLate;
  least_ = count_ == 0 ? lateness : std::min(least_, lateness);
  ++count_;
  if (arrival - *late_since_ < kLasting || count_ < kLastingCount) return Verdict::kLate;
  late_since_.reset();
  return Verdict::kLost;
}

}  // namespace isr
