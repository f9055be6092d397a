#include "disk/write_budget.hpp"

#include <utility>

namespace isr {

bool WriteBudget::Take(std::size_t bytes) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return cancelled_ || used_ == 0 || used_ + bytes <= capacity_; });
  if (cancelled_) return false;
  used_ += bytes;
  return true;
}

void WriteBudget::Give(std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    used_ -= bytes;
  }
  room_.notify_all();
}

void WriteBudget::SetCancelled(bool cancelled) {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = cancelled;
  }
  room_.notify_all();
}

std::size_t WriteBudget::Used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

bool WriteBudget::BeginTrouble() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(in_trouble_, true);
}

bool WriteBudget::EndTrouble() {
  const std::lock_guard lock(mutex_);
  return used_ == 0 && std::exchange(in_trouble_, false);
}

}  // namespace isr
