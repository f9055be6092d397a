#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "level/track.hpp"

namespace isr {

/// The levels of a file, from its audio.
struct FileLevels {
  std::string trouble;  ///< why there are none, or no more; empty: all is well
  bool hangs = false;   ///< that is the trouble: its decoder says nothing
  int rate = 0;         ///< frames per second
  std::int64_t frames = 0;
  std::vector<LevelWindow> windows;

  /// Seconds.
  double Duration() const { return rate > 0 ? static_cast<double>(frames) / rate : 0; }
};

/// Decodes the file in a process of its own and measures it. A decoder that makes no progress for
/// `patience` is killed, and so is one that goes on when `stop` is set. Waits; any thread. Throws
/// Error when no process can be started.
FileLevels MeasureFile(const Fd& file, std::chrono::milliseconds patience,
                       const std::atomic<bool>& stop);

}  // namespace isr
