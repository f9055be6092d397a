#include "access/login_limit.hpp"

#include <algorithm>

namespace isr {
namespace {

constexpr int kFreeTries = 5;
constexpr std::chrono::seconds kLongestWait{60};
constexpr int kLongestDoublings = 6;  // of a second, until that is reached
constexpr std::chrono::minutes kMemory{15};
constexpr size_t kMaxRecords = 1000;
constexpr int kOneCustomer = 64;  // bits of an IPv6 address

IpAddress KeyOf(const IpAddress& address) {
  return address.IsV4() ? address : address.Masked(kOneCustomer);
}

}  // namespace

MonotonicTime LoginLimit::NextTry(const Record& record) {
  if (record.failures < kFreeTries) return record.last;
  const int doublings = std::min(record.failures - kFreeTries, kLongestDoublings);
  return record.last + std::min(std::chrono::seconds(1 << doublings), kLongestWait);
}

std::chrono::seconds LoginLimit::Try(const IpAddress& address, MonotonicTime now) {
  MakeRoom(now);
  Record& record = records_[KeyOf(address)];
  if (record.failures > 0 && now < NextTry(record)) {
    return std::chrono::ceil<std::chrono::seconds>(NextTry(record) - now);
  }
  ++record.failures;
  record.last = now;
  return {};
}

void LoginLimit::Succeeded(const IpAddress& address) {
  records_.erase(KeyOf(address));
}

/// Who fails from a thousand addresses is held up by how long a check takes.
void LoginLimit::MakeRoom(MonotonicTime now) {
  std::erase_if(records_, [now](const auto& one) { return now - one.second.last > kMemory; });
  if (records_.size() < kMaxRecords) return;
  records_.erase(
      std::min_element(records_.begin(), records_.end(),
                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
}

}  // namespace isr
