#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "time/time_zone.hpp"

namespace isr {

/// The first instant after `time` whose local time of day is a multiple of `interval`, counted from
/// local midnight; midnight itself is always one. `interval`: more than 0, at most 24 h.
///
/// Local time is what counts: with 60 minutes the answer is on the hour of the clock on the wall,
/// on both sides of a daylight-saving change, whatever the change's size (Lord Howe: 30 minutes).
UtcTime NextBoundary(UtcTime time, std::chrono::microseconds interval, const TimeZone& zone);

}  // namespace isr
