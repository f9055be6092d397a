#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/fd.hpp"

namespace isr {

struct FileExtent {
  int rate = 0;  ///< frames per second
  std::int64_t frames = 0;
};

/// How long a file says that it is, which is an estimate for MP3 without an index; one that does
/// not say, as raw AAC, is decoded. In a process of its own, given up when that says nothing for
/// `patience` or `stop` is set. Nothing: no decoder reads it. Waits; any thread. Throws Error when
/// no process can be started.
std::optional<FileExtent> ExtentOf(const Fd& file, std::chrono::milliseconds patience,
                                   const std::atomic<bool>& stop);

}  // namespace isr
