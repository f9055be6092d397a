#pragma once

#include "base/clock.hpp"

namespace isr {

/// Stands still until told otherwise.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(UtcTime utc) : utc_(utc) {}

  UtcTime Utc() const override { return utc_; }
  MonotonicTime Monotonic() const override { return monotonic_; }
  /// Somebody sets the wall clock.
  void Set(UtcTime utc) { utc_ = utc; }
  void Advance(std::chrono::microseconds by) {
    utc_ += by;
    monotonic_ += by;
  }

 private:
  UtcTime utc_;
  MonotonicTime monotonic_{std::chrono::seconds(1000)};
};

}  // namespace isr
