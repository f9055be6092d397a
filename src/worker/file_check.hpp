#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/fd.hpp"

namespace isr {

/// What became of the attempt to decode a file.
struct FileCheck {
  enum class Outcome {
    kGood,
    kDamaged,
    kUnchecked,  ///< no decoder for it here
  };
  Outcome outcome = Outcome::kDamaged;
  std::string reason;   ///< of what is not good
  double duration = 0;  ///< seconds that were decoded
  std::int64_t frames = 0;
};

/// Decodes the file in a process of its own, this program's command `decode` (decode.hpp): a
/// decoder that crashes takes nobody along, and one that makes no progress for `patience` is
/// killed. Waits; any thread. Throws Error when no process can be started.
FileCheck CheckFile(const Fd& file, std::chrono::milliseconds patience);

}  // namespace isr
