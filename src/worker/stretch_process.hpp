#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "worker/decode_process.hpp"

namespace isr {

/// A stretch of a file as a process of its own gives it out (this program's command `clip` or
/// `print-cut`): a line of facts, then bytes. One thread at a time.
class StretchProcess {
 public:
  enum class Outcome { kFacts, kTrouble, kHangs };

  /// Throws Error when no process can be started.
  StretchProcess(const Fd& file, std::vector<std::string> words);

  /// Waits for the facts; each sign of life may come `patience` after the one before. Once, first.
  Outcome Begin(std::chrono::milliseconds patience);
  /// After kFacts: the line, "audio 48000 2 16 480000" say. After kTrouble: why.
  const std::string& Text() const { return line_; }

  /// Appends more bytes to `bytes`, some at least. False: nothing within that time, or the end.
  bool Read(std::string& bytes, std::chrono::milliseconds patience);

 private:
  DecodeProcess process_;
  std::string rest_;  ///< read and not given out
  std::string line_;
};

/// Seconds as such a process has them among its words.
std::string Nanoseconds(double seconds);

}  // namespace isr
