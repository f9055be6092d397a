#pragma once

#include <atomic>

#include "base/task_thread.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/roots.hpp"

namespace isr {

/// Finds out how long the files are that somebody copied into the recordings, one after the other,
/// and tells the catalogue, which remembers it. On a thread of its own.
class ForeignFiles {
 public:
  /// Both outlive it.
  ForeignFiles(const Roots& roots, Catalogue& catalogue) : roots_(roots), catalogue_(catalogue) {}
  /// Does not wait for a decoder.
  ~ForeignFiles() { stopping_ = true; }
  ForeignFiles(const ForeignFiles&) = delete;
  ForeignFiles& operator=(const ForeignFiles&) = delete;

  /// Looks for those of which that is not known, once the catalogue has done what it was asked
  /// before. Any thread.
  void Look();

 private:
  void LookAtAll();
  void LookAt(const std::string& name);

  const Roots& roots_;
  Catalogue& catalogue_;
  std::atomic<bool> stopping_ = false;
  TaskThread thread_{"isr-foreign"};  // last: starts when everything else is there
};

}  // namespace isr
