#include "base/clock.hpp"

namespace isr {
namespace {

class MachineClock final : public Clock {
 public:
  UtcTime Utc() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  MonotonicTime Monotonic() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

}  // namespace isr
