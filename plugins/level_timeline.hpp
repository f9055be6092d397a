#pragma once

#include <cstdint>
#include <deque>

#include <gst/gst.h>

namespace isr {

/// Where a window lies.
struct WindowPlace {
  guint file = 0;                                   ///< how often windows had begun anew
  std::uint64_t window = 0;                         ///< number in its file
  GstClockTime running_time = GST_CLOCK_TIME_NONE;  ///< of its first frame
  GstClockTime stream_time = GST_CLOCK_TIME_NONE;
};

/// Knows the place of each window that a detector counts: a source's windows are one sequence, but
/// files begin in it, and time may jump.
class LevelTimeline {
 public:
  /// `interval`: of a window, ns.
  explicit LevelTimeline(GstClockTime interval) : interval_(interval) {}

  /// From window `index` of the sequence on, windows lie behind this place.
  void Begin(std::int64_t index, const WindowPlace& place);
  /// Window `index` is the last of its file, and only that long.
  void EndShort(std::int64_t index, GstClockTime length);

  WindowPlace StartOf(std::int64_t index) const;
  /// Where the window before `index` ends: its file and the number behind it, and the times there.
  WindowPlace EndBefore(std::int64_t index) const;

 private:
  struct Stretch {
    std::int64_t begin = 0;
    WindowPlace place;
    std::int64_t last = -1;  ///< the short window, -1: none known
    GstClockTime last_length = 0;
  };

  const Stretch& StretchOf(std::int64_t index) const;
  WindowPlace PlaceIn(const Stretch& stretch, std::int64_t index) const;

  /// Sections that began before the oldest of so many are rare, and begin with that.
  static constexpr std::size_t kMaxStretches = 64;

  const GstClockTime interval_;
  std::deque<Stretch> stretches_;
};

}  // namespace isr
