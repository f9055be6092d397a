#pragma once

#include <chrono>

namespace isr {

/// Wall time: UTC microseconds since 1970, no leap seconds.
using UtcTime = std::chrono::sys_time<std::chrono::microseconds>;

/// CLOCK_MONOTONIC: never steps, has no meaning outside this boot.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Where code takes the time from, so that a test can say what time it is. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime Utc() const = 0;
  virtual MonotonicTime Monotonic() const = 0;
  /// Whether somebody who knows the time (NTP, GPS) keeps wall time right.
  virtual bool IsSynced() const { return false; }
};

/// The machine's clocks. Lives as long as the process.
const Clock& SystemClock();

}  // namespace isr
