#include "time/boundary.hpp"

#include <algorithm>

namespace isr {
namespace {

using std::chrono::microseconds;
constexpr microseconds kDay = std::chrono::hours(24);

/// The next multiple of `interval` after local time `local` (since 1970), or the day's end.
microseconds NextLocal(microseconds local, microseconds interval) {
  const microseconds midnight = std::chrono::floor<std::chrono::days>(local);
  const microseconds of_day = local - midnight;
  return midnight + std::min((of_day / interval + 1) * interval, kDay);
}

/// The first instant in (before, after] at which the zone's offset is that of `after`.
UtcTime FindTransition(UtcTime before, UtcTime after, const TimeZone& zone) {
  const auto offset = zone.OffsetAt(after);
  // Offsets change on whole seconds.
  auto low = std::chrono::floor<std::chrono::seconds>(before);
  auto high = std::chrono::ceil<std::chrono::seconds>(after);
  while (high - low > std::chrono::seconds(1)) {
    const auto middle = low + (high - low) / 2;
    (zone.OffsetAt(middle) == offset ? high : low) = middle;
  }
  return high;
}

}  // namespace

UtcTime NextBoundary(UtcTime time, microseconds interval, const TimeZone& zone) {
  const auto offset = zone.OffsetAt(time);
  const UtcTime next(NextLocal(time.time_since_epoch() + offset, interval) - offset);
  const auto next_offset = zone.OffsetAt(next);
  if (next_offset == offset) return next;

  // The clock on the wall jumps on the way: look again from where it lands.
  const UtcTime jump = FindTransition(time, next, zone);
  const microseconds landed = jump.time_since_epoch() + next_offset;
  return UtcTime(NextLocal(landed - microseconds(1), interval) - next_offset);
}

}  // namespace isr
