#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"

namespace isr {

/// Finds the audio that a sound card's driver lost and did not report: from then on all audio comes
/// later than the clock map has it, by as much as was lost. What is late and catches up again was
/// only held up. Pure; one observation after the other.
class XrunWatch {
 public:
  enum class Verdict {
    kInTime,
    kLate,  ///< held up, or something was lost: it will show
    kLost,  ///< `Lost()` of audio, between the last that was in time and the first that was late
  };

  /// `lateness`: of audio that came at `arrival`, against a map that knows nothing of what was late
  /// before.
  Verdict Judge(std::chrono::nanoseconds lateness, MonotonicTime arrival);

  /// After kLost.
  std::chrono::nanoseconds Lost() const { return least_; }

 private:
  std::optional<MonotonicTime> first_;
  std::optional<MonotonicTime> late_since_;
  std::chrono::nanoseconds least_{0};  ///< lateness, since shortly after
  int count_ = 0;                      ///< observations, since shortly after
};

}  // namespace isr
