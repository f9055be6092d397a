#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace isr {

/// How many bytes of one source may be on their way to the disk, over all its files: while a disk
/// is full, boundaries go on making files, and memory must not grow with them. Thread-safe.
class WriteBudget {
 public:
  explicit WriteBudget(std::size_t capacity) : capacity_(capacity) {}

  /// Takes `bytes` of it, waiting for room. More than fits at all is taken when nothing else is on
  /// its way. False: cancelled.
  bool Take(std::size_t bytes);
  /// They are on the disk.
  void Give(std::size_t bytes);
  /// While cancelled, Take returns false at once.
  void SetCancelled(bool cancelled);
  std::size_t Used() const;

  /// The disk refused. True when it had not before.
  bool BeginTrouble();
  /// The disk took something. True when that ends the trouble: nothing is on its way any more.
  bool EndTrouble();

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::size_t used_ = 0;     // protected by mutex_
  bool cancelled_ = false;   // protected by mutex_
  bool in_trouble_ = false;  // protected by mutex_
};

}  // namespace isr
