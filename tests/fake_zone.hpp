#pragma once

#include <map>

#include "time/time_zone.hpp"

namespace isr {

/// A zone given as its transitions: from each instant on, the offset that follows it.
class FakeZone final : public TimeZone {
 public:
  explicit FakeZone(std::chrono::seconds offset) : offsets_{{UtcTime::min(), offset}} {}
  FakeZone& From(UtcTime instant, std::chrono::seconds offset) {
    offsets_[instant] = offset;
    return *this;
  }
  std::chrono::seconds OffsetAt(UtcTime time) const override {
    return std::prev(offsets_.upper_bound(time))->second;
  }

 private:
  std::map<UtcTime, std::chrono::seconds> offsets_;
};

}  // namespace isr
