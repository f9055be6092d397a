#include "base/clock.hpp"

#include <sys/timex.h>

namespace isr {
namespace {

class MachineClock final : public Clock {
 public:
  UtcTime Utc() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  MonotonicTime Monotonic() const override { return std::chrono::steady_clock::now(); }
  bool IsSynced() const override {
    timex kernel{};
    const int state = ::adjtimex(&kernel);
    return state >= 0 && state != TIME_ERROR && (kernel.status & STA_UNSYNC) == 0;
  }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

}  // namespace isr
