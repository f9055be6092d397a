#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/segment.hpp"
#include "time/time_zone.hpp"

namespace isr {

/// Time of which there is no recording.
struct MissingTime {
  UtcTime start{};
  UtcTime end{};
  std::optional<Cause> cause;  ///< none: nobody knows, a file may have been removed
};

/// How much of a local day of a source was recorded.
struct DayCoverage {
  std::string source;
  std::string day;                       ///< "2026-11-21"
  std::chrono::microseconds expected{};  ///< of the day, from the source's first recording on
  std::chrono::microseconds missing{};   ///< of these
  std::vector<MissingTime> gaps;         ///< of the day, by time; cut off at its ends

  /// 0 to 100.
  double Percent() const;
};

/// The days of each source, by source and time, from its first recording to the end of its last, as
/// far as they lie in [from, to). What is missing is what the ledger (`gaps`) says, and each hole
/// between two segments of which it says nothing, with the cause that the earlier one ended with.
/// Segments without a source or a length do not count. Both in any order.
std::vector<DayCoverage> CoverageByDay(std::span<const Segment> segments, std::span<const Gap> gaps,
                                       UtcTime from, UtcTime to, const TimeZone& zone);

}  // namespace isr
