#pragma once

#include <string>

#include "base/task_thread.hpp"

namespace isr {

/// `status.json` in the output directory: who records what, for scripts that do not speak HTTP.
/// Written by a thread of its own, as the disk may be slow; removed at a clean stop, so that one
/// that is left tells of a crash.
class StatusFile {
 public:
  explicit StatusFile(const std::string& directory) : path_(directory + "/status.json") {}
  /// Removes the file.
  ~StatusFile();

  /// Replaces it in one step. Dropped when the disk has not taken the last one yet.
  void Write(std::string document);

 private:
  const std::string path_;
  bool in_trouble_ = false;  // of the thread: said once
  TaskThread thread_{"isr-status"};
};

}  // namespace isr
