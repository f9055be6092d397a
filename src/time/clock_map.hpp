#pragma once

#include <chrono>
#include <deque>

#include "base/clock.hpp"

namespace isr {

/// A source's media time against the monotonic clock, learned from when its audio arrived.
///
/// Audio can arrive late but never before it existed, so the truth lies along the lower envelope of
/// (arrival - media time). One minimum is kept for each second of arrivals, over a sliding window.
/// For a sound card a line is fitted through the minima (its slope is the card's rate error) and
/// laid under them; for a network source the slope is 0, as jitter is larger than any drift: a
/// server that first bursts seconds of past audio is thereby placed where it belongs.
///
/// Not thread-safe: belongs to the streaming thread.
class ClockMap {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  enum class Kind { kCard, kNetwork };

  explicit ClockMap(Kind kind) : kind_(kind) {}

  /// Audio up to media time `media_end` was there at `arrival`. Both never go back.
  void Observe(Nanoseconds media_end, MonotonicTime arrival);

  /// Valid after the first Observe.
  MonotonicTime MonotonicAt(Nanoseconds media) const;
  Nanoseconds MediaAt(MonotonicTime time) const;

  /// How much faster than nominal the card runs, in parts per million; 0 while not known.
  double RateErrorPpm() const { return -slope_ * 1e6; }

 private:
  struct Minimum {
    MonotonicTime second;  ///< of arrival, when the bucket began
    Nanoseconds media;
    Nanoseconds delay;  ///< arrival - media
  };

  bool Remember(Nanoseconds media_end, MonotonicTime arrival);
  void Fit();
  double FitSlope() const;

  Kind kind_;
  std::deque<Minimum> minima_;
  Nanoseconds origin_media_{
      0};  ///< the line: delay = origin_delay_ + slope_ (media - origin_media_)
  Nanoseconds origin_delay_{0};
  double slope_ = 0.0;
};

}  // namespace isr
