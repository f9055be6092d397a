#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace isr {

/// One thread that runs what it is given, in order. For work that may wait for a disk or a driver.
///
/// `Post` is thread-safe. Destruction runs what is still queued, then joins: it waits as long as
/// the tasks do. Tasks must not throw across (they are run through `Guarded`).
class TaskThread {
 public:
  using Task = std::function<void()>;

  /// `name`: at most 15 bytes, as shown by `top -H`.
  explicit TaskThread(const std::string& name);
  ~TaskThread();
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  void Post(Task task);

  /// Tasks waiting, without the one that runs.
  size_t Backlog() const;

 private:
  void Run() noexcept;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;  // protected by mutex_
  bool closing_ = false;    // protected by mutex_
  std::thread thread_;      // last: starts when everything else is there
};

}  // namespace isr
