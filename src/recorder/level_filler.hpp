#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>

#include "base/task_thread.hpp"
#include "catalogue/roots.hpp"
#include "model/segment.hpp"

namespace isr {

/// Makes from the audio of a finished recording the levels that were missed while it was recorded:
/// nobody could decode it then, nobody listened, or a crash came. On a thread of its own, one file
/// after the other, decoded in a process of its own.
class LevelFiller {
 public:
  /// `roots` outlives it.
  explicit LevelFiller(const Roots& roots);
  /// Does not wait for a decoder.
  ~LevelFiller();

  /// Looks at a recording in a moment, until when its levels may still come.
  void Later(const Segment& segment);
  /// The same at once, for one of an earlier run.
  void Soon(const Segment& segment);

 private:
  void Post(const Segment& segment, std::chrono::steady_clock::time_point due);
  void Fill(const std::string& name);
  bool WaitUntil(std::chrono::steady_clock::time_point due);

  const Roots& roots_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::atomic<bool> stopping_ = false;
  std::set<std::string> in_trouble_;  // of the thread; sources of which that was said
  TaskThread thread_{"isr-levels"};   // last: starts when everything else is there
};

}  // namespace isr
