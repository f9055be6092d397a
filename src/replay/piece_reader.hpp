#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/fd.hpp"
#include "buffer/audio_buffer.hpp"
#include "catalogue/roots.hpp"
#include "disk/disk_writer.hpp"
#include "format/bytes.hpp"

namespace isr {

/// Reads what was recorded, as one file. Throws SaveError, or Error when it is gone.
class PieceReader {
 public:
  virtual ~PieceReader() = default;
  /// Up to `count` bytes from `offset`: none at the end, or when nothing more came in time.
  virtual Bytes Read(std::uint64_t offset, size_t count) const = 0;
};

/// A recording, also one that grows: what is missing of it is waited for until a deadline.
class FilePiece final : public PieceReader {
 public:
  /// `writer`: of the file system that it grows on; nullptr for one that is complete.
  FilePiece(const Roots& roots, const std::string& name, std::shared_ptr<DiskWriter> writer,
            std::chrono::steady_clock::time_point deadline);

  Bytes Read(std::uint64_t offset, size_t count) const override;
  const Fd& File() const { return fd_; }

 private:
  bool AwaitMore() const;

  const std::string name_;
  const std::shared_ptr<DiskWriter> writer_;  // shared with the sources that record there
  const std::chrono::steady_clock::time_point deadline_;
  Fd fd_;
};

/// What is held in memory.
class MemoryPiece final : public PieceReader {
 public:
  MemoryPiece(std::shared_ptr<const AudioBuffer::Hold> memory, const HeldSegment& held)
      : memory_(std::move(memory)), begin_(held.begin), end_(held.end) {}

  Bytes Read(std::uint64_t offset, size_t count) const override;

 private:
  const std::shared_ptr<const AudioBuffer::Hold> memory_;  // shared with the save
  const std::uint64_t begin_;
  const std::uint64_t end_;
};

}  // namespace isr
