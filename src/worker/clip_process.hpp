#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/fd.hpp"
#include "worker/decode_process.hpp"

namespace isr {

/// A stretch of a file as it is decoded, in a process of its own. One thread at a time.
class ClipProcess {
 public:
  /// What the clip is.
  struct Facts {
    int rate = 0;  ///< frames per second
    int channels = 0;
    int bits = 0;  ///< of a sample: 16, 24 or 32; interleaved, little-endian
    std::uint64_t frames = 0;
  };
  enum class Outcome { kClip, kTrouble, kHangs };

  /// From `start` to `end`, seconds from the file's begin. Throws Error when no process can be
  /// started.
  ClipProcess(const Fd& file, double start, double end);

  /// Waits for the facts, at most for `patience`. Once, first.
  Outcome Begin(std::chrono::milliseconds patience);
  const Facts& About() const { return facts_; }
  /// After kTrouble: why.
  const std::string& Trouble() const { return trouble_; }

  /// Appends more of the audio to `audio`, some at least. False: nothing within that time, or its
  /// end.
  bool Read(std::string& audio, std::chrono::milliseconds patience);

 private:
  DecodeProcess process_;
  std::string text_;  ///< read and not given out
  Facts facts_;
  std::string trouble_;
};

}  // namespace isr
