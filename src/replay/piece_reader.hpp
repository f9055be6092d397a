#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "base/fd.hpp"
#include "catalogue/roots.hpp"
#include "disk/disk_writer.hpp"
#include "format/bytes.hpp"

namespace isr {

/// Reads a recording, also one that grows: what is missing of it is waited for until a deadline.
/// Throws SaveError, also when `is_over` becomes true.
class PieceReader {
 public:
  /// `writer`: of the file system that it grows on; nullptr for one that is complete.
  PieceReader(const Roots& roots, const std::string& name, std::shared_ptr<DiskWriter> writer,
              std::chrono::steady_clock::time_point deadline, const std::atomic<bool>& is_over);

  /// Up to `count` bytes from `offset`: none at the end, or when nothing more came in time.
  Bytes Read(std::uint64_t offset, size_t count) const;
  const Fd& File() const { return fd_; }

 private:
  bool AwaitMore() const;

  const std::string name_;
  const std::shared_ptr<DiskWriter> writer_;  // shared with the sources that record there
  const std::chrono::steady_clock::time_point deadline_;
  const std::atomic<bool>& is_over_;
  Fd fd_;
};

}  // namespace isr
