#pragma once

#include <chrono>
#include <map>

#include "base/clock.hpp"
#include "base/ip_address.hpp"

namespace isr {

/// How often an address may try a password: a few times at once, then ever more seldom. An IPv6
/// network of 64 bits counts as one address.
class LoginLimit {
 public:
  /// 0: it may try now, which counts as a failure unless Succeeded follows. Else how long to wait.
  std::chrono::seconds Try(const IpAddress& address, MonotonicTime now);
  void Succeeded(const IpAddress& address);

 private:
  struct Record {
    int failures = 0;
    MonotonicTime last;
  };
  static MonotonicTime NextTry(const Record& record);
  void MakeRoom(MonotonicTime now);

  std::map<IpAddress, Record> records_;
};

}  // namespace isr
