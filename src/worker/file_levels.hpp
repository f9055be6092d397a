#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "level/track.hpp"

namespace isr {

/// The levels of a file, from its audio.
struct FileLevels {
  std::string trouble;  ///< why there are none, or no more; empty: all is well
  double duration = 0;  ///< seconds
  std::vector<LevelWindow> windows;
};

/// Decodes the file in a process of its own and measures it. A decoder that makes no progress for
/// `patience` is killed, and so is one that goes on when `stop` is set. Waits; any thread. Throws
/// Error when no process can be started.
FileLevels MeasureFile(const Fd& file, std::chrono::milliseconds patience,
                       const std::atomic<bool>& stop);

}  // namespace isr
