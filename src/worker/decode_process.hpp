#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/fd.hpp"

namespace isr {

/// A process that decodes a file (this program's command `decode`, `measure`, `clip` or
/// `print-cut`), and what it prints. Killed when this goes. One thread at a time.
class DecodeProcess {
 public:
  /// Throws Error when no process can be started.
  DecodeProcess(const Fd& file, std::vector<std::string> words);
  ~DecodeProcess();
  DecodeProcess(const DecodeProcess&) = delete;
  DecodeProcess& operator=(const DecodeProcess&) = delete;

  /// Appends what it prints. False: nothing within that time. At the end of its output `text` stays
  /// as it is.
  bool Read(std::string& text, std::chrono::milliseconds patience);
  bool AtEnd() const { return at_end_; }

  /// Waits for it. The signal that it died of; 0 for none.
  int End();

 private:
  Fd output_;
  pid_t process_ = -1;
  bool at_end_ = false;
  bool ended_ = false;
};

}  // namespace isr
