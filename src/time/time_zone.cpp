#include "time/time_zone.hpp"

#include <ctime>

namespace isr {
namespace {

class MachineZone final : public TimeZone {
 public:
  MachineZone() { tzset(); }

  std::chrono::seconds OffsetAt(UtcTime time) const override {
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm local{};
    localtime_r(&seconds, &local);
    return std::chrono::seconds(local.tm_gmtoff);
  }
};

}  // namespace

const TimeZone& LocalTimeZone() {
  static const MachineZone zone;
  return zone;
}

}  // namespace isr
