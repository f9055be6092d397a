#pragma once

#include <optional>
#include <string>

#include "base/fd.hpp"

namespace isr {

/// A file that one process at a time holds. The kernel lets go of it with the process, however that
/// ends; the file itself stays, with the holder's process id in it.
class LockFile {
 public:
  enum class Outcome {
    kHeld,         ///< by us, until this object ends
    kTaken,        ///< by another process
    kUnsupported,  ///< this file system has no locks; nobody is kept out
  };

  /// Does not wait for a holder. Throws Error when the file cannot be had at all.
  explicit LockFile(const std::string& path);

  Outcome State() const { return state_; }
  /// The process that holds a taken lock; nothing when it has not said yet.
  std::optional<long> Holder() const { return holder_; }

 private:
  Fd fd_;
  Outcome state_ = Outcome::kHeld;
  std::optional<long> holder_;
};

}  // namespace isr
