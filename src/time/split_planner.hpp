#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/clock.hpp"
#include "time/clock_map.hpp"
#include "time/time_zone.hpp"
#include "time/xrun_watch.hpp"

namespace isr {

/// Says at which frame each file begins and what the time was there.
///
/// Positions are frames (samples of one channel) on the source's own clock since its first, lost
/// ones counted. Not thread-safe: belongs to the streaming thread.
class SplitPlanner {
 public:
  using Frames = std::uint64_t;
  static constexpr Frames kNever = std::numeric_limits<Frames>::max();

  struct Options {
    int rate = 0;                          ///< frames per second, > 0
    std::chrono::microseconds interval{};  ///< between boundaries, up to 24 h; 0 = no boundaries
    ClockMap::Kind kind = ClockMap::Kind::kCard;
  };

  /// `zone` must outlive the planner.
  SplitPlanner(const Options& options, const TimeZone& zone);

  /// A planner for what follows on `frame`, which is its frame 0, at another rate. Valid after the
  /// first Observe.
  SplitPlanner GoOnAt(int rate, Frames frame) const;

  /// Frames that a card's driver lost and did not report.
  struct Loss {
    Frames before = 0;  ///< that it has lost none of
    Frames missing = 0;
  };
  struct Observed {
    std::chrono::microseconds step{0};  ///< of wall time since the last call: it moves the next
                                        ///< boundary, and never makes one
    std::optional<Loss> loss;           ///< `end` must count it from the next call on
  };

  /// The frames before `end` had arrived when the two clocks stood so.
  Observed Observe(Frames end, MonotonicTime arrival, UtcTime utc);

  /// Wall time of a frame, by what is known so far. Valid after the first Observe.
  UtcTime UtcAt(Frames frame) const;

  std::chrono::seconds UtcOffsetAt(UtcTime time) const { return zone_->OffsetAt(time); }

  /// A file begins with this frame: plans the boundary after it.
  void FileBegins(Frames frame);

  /// The first frame at or after the planned boundary; kNever when there is none.
  Frames BoundaryFrame() const;

  double RateErrorPpm() const { return map_.RateErrorPpm(); }

 private:
  std::chrono::nanoseconds MediaTime(Frames frame) const;
  std::optional<Loss> Learn(Frames end, MonotonicTime arrival);

  Options options_;
  const TimeZone* zone_;
  ClockMap map_;
  XrunWatch watch_;
  Frames in_time_ = 0;  ///< the frames before it came in time
  std::chrono::nanoseconds utc_minus_monotonic_{0};
  bool observed_ = false;
  bool planned_ = false;
  UtcTime boundary_{};  ///< valid when planned_
};

}  // namespace isr
