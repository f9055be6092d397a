#include "time/split_planner.hpp"

#include <algorithm>

#include "time/boundary.hpp"

namespace isr {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

/// NTP slews a clock by at most 0.5 ms a second. One that moves further at once was set.
constexpr nanoseconds kStep = std::chrono::milliseconds(100);

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

}  // namespace

SplitPlanner::SplitPlanner(const Options& options, const TimeZone& zone)
    : options_(options), zone_(&zone), map_(options.kind) {}

nanoseconds SplitPlanner::MediaTime(Frames frame) const {
  // In two parts: frames times 10^9 pass 64 bits within a day.
  const auto rate = static_cast<Frames>(options_.rate);
  const Frames part = frame % rate * kNanosecondsPerSecond / rate;
  return std::chrono::seconds(frame / rate) + nanoseconds(part);
}

SplitPlanner SplitPlanner::GoOnAt(int rate, Frames frame) const {
  SplitPlanner next({.rate = rate, .interval = options_.interval, .kind = options_.kind}, *zone_);
  const MonotonicTime start = map_.MonotonicAt(MediaTime(frame));
  const auto utc = start.time_since_epoch() + utc_minus_monotonic_;
  next.Observe(0, start, UtcTime(std::chrono::round<microseconds>(utc)));
  return next;
}

/// Feeds the map. What came late waits outside until it is known why: it would bend the line that
/// tells how late it is.
std::optional<SplitPlanner::Loss> SplitPlanner::Learn(Frames end, MonotonicTime arrival) {
  if (observed_ && options_.kind == ClockMap::Kind::kCard) {
    const auto verdict = watch_.Judge(arrival - map_.MonotonicAt(MediaTime(end)), arrival);
    if (verdict == XrunWatch::Verdict::kLate) return std::nullopt;
    if (verdict == XrunWatch::Verdict::kLost) {
      const auto part = static_cast<Frames>(watch_.Lost().count() % kNanosecondsPerSecond);
      const auto whole = static_cast<Frames>(watch_.Lost().count() / kNanosecondsPerSecond);
      const auto rate = static_cast<Frames>(options_.rate);
      return Loss{.before = in_time_,
                  .missing = whole * rate + part * rate / kNanosecondsPerSecond};
    }
  }
  in_time_ = end;
  map_.Observe(MediaTime(end), arrival);
  return std::nullopt;
}

SplitPlanner::Observed SplitPlanner::Observe(Frames end, MonotonicTime arrival, UtcTime utc) {
  Observed observed{.loss = Learn(end, arrival)};
  const nanoseconds difference = utc.time_since_epoch() - arrival.time_since_epoch();
  const nanoseconds moved = observed_ ? difference - utc_minus_monotonic_ : nanoseconds(0);
  observed_ = true;
  utc_minus_monotonic_ = difference;
  if (std::chrono::abs(moved) < kStep) return observed;
  if (planned_) boundary_ = NextBoundary(UtcAt(end), options_.interval, *zone_);
  observed.step = std::chrono::round<microseconds>(moved);
  return observed;
}

UtcTime SplitPlanner::UtcAt(Frames frame) const {
  const nanoseconds monotonic = map_.MonotonicAt(MediaTime(frame)).time_since_epoch();
  return UtcTime(std::chrono::round<microseconds>(monotonic + utc_minus_monotonic_));
}

void SplitPlanner::FileBegins(Frames frame) {
  if (options_.interval <= microseconds(0)) return;
  UtcTime start = UtcAt(frame);
  // Never the same boundary twice, should the map have moved by a hair since it was crossed.
  if (planned_ && boundary_ > start && boundary_ - start < kStep) start = boundary_;
  boundary_ = NextBoundary(start, options_.interval, *zone_);
  planned_ = true;
}

SplitPlanner::Frames SplitPlanner::BoundaryFrame() const {
  if (!planned_) return kNever;
  const MonotonicTime at(boundary_.time_since_epoch() - utc_minus_monotonic_);
  const nanoseconds media = std::max(map_.MediaAt(at), nanoseconds(0));
  const std::int64_t part = media.count() % kNanosecondsPerSecond * options_.rate;
  return static_cast<Frames>(media.count() / kNanosecondsPerSecond * options_.rate +
                             (part + kNanosecondsPerSecond - 1) / kNanosecondsPerSecond);
}

}  // namespace isr
