#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/fd.hpp"
#include "format/bytes.hpp"

namespace isr {

/// Bytes that stand in place of those of a file.
struct FilePatch {
  std::uint64_t offset = 0;
  Bytes bytes;
};

/// Puts what the patches say into `bytes`, which begin at `offset` of the file.
void ApplyPatches(std::span<const FilePatch> patches, std::uint64_t offset,
                  std::span<std::uint8_t> bytes);

/// An open file as bytes at offsets. All calls block on the disk and throw Error.
class FileBytes {
 public:
  /// `file` must outlive this.
  explicit FileBytes(const Fd& file);
  /// The file's first `size` bytes. They and the file stay as they are: what is written is kept in
  /// patches, and what is cut off is only out of sight.
  FileBytes(const Fd& file, std::uint64_t size);

  std::uint64_t Size() const { return size_; }
  bool Changed() const { return changed_; }

  /// Up to `count` bytes from `offset`; fewer at the end of the file.
  Bytes Read(std::uint64_t offset, size_t count) const;

  const std::vector<FilePatch>& Patches() const { return patches_; }

  /// Writes where the file has other bytes. All of `bytes` lie inside of the file, or begin at its
  /// end.
  void Write(std::uint64_t offset, ByteView bytes);

  /// Cuts the file off after `size` bytes.
  void Truncate(std::uint64_t size);

  /// Whether nothing but zeros stands from `begin` up to `end`, at most the size.
  bool IsZero(std::uint64_t begin, std::uint64_t end) const;

 private:
  const Fd& file_;
  const bool is_view_ = false;
  std::vector<FilePatch> patches_;
  std::uint64_t size_ = 0;
  bool changed_ = false;
};

}  // namespace isr
