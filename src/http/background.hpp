#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "glib/mailbox.hpp"

namespace isr {

/// A few threads for work that waits for the disk, and the way back to the main thread.
///
/// Made and destroyed on the main thread. Destruction waits for the work under way; what has not
/// begun, and what has not come back, is dropped.
class Background {
 public:
  using Continuation = std::function<void()>;
  using Work = std::function<Continuation()>;

  explicit Background(size_t threads);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Runs `work` on a worker thread, then what it returned on the main thread. Any thread.
  void Run(Work work);

  /// Work that has not begun. Any thread.
  size_t Backlog() const;

 private:
  void Loop() noexcept;

  Mailbox mailbox_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;            // protected by mutex_
  bool closing_ = false;              // protected by mutex_
  std::vector<std::thread> threads_;  // last: start when everything else is there
};

}  // namespace isr
