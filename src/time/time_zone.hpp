#pragma once

#include <chrono>

#include "base/clock.hpp"

namespace isr {

/// The rules that turn UTC into local time. Thread-safe.
class TimeZone {
 public:
  virtual ~TimeZone() = default;
  /// Local time - UTC at this instant, daylight saving included.
  virtual std::chrono::seconds OffsetAt(UtcTime time) const = 0;
};

/// The machine's zone (TZ, /etc/localtime). Lives as long as the process.
const TimeZone& LocalTimeZone();

}  // namespace isr
