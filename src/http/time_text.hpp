#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace isr {

/// A time as a client may write it: UNIX seconds ("1763712000.5"), or ISO 8601 ("2026-11-21",
/// "2026-11-21T14:00:00", with "Z" or "+01:00" behind; without, local time).
std::optional<UtcTime> ParseTime(std::string text);

/// "2026-11-21T14:00:00+01:00", the clock on the wall at that place and time.
std::string FormatLocalTime(UtcTime time, std::chrono::seconds utc_offset);

/// Seconds since 1970 UTC, to the microsecond.
double UnixSeconds(UtcTime time);

}  // namespace isr
