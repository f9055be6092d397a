#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "format/bytes.hpp"

namespace isr {

/// Bytes that are counted from the first one ever written, in blocks of one size, which are used
/// again when they leave at the front. Not thread-safe.
class BlockQueue {
 public:
  /// What begins somewhere in the stream of bytes, and can be read from there on.
  struct Mark {
    std::uint64_t offset = 0;
    std::uint64_t frame = 0;  ///< of its segment
    std::int64_t time = 0;    ///< microseconds of audio that came before, in all
    std::uint32_t other = 0;  ///< bytes before it that are no audio, in all, modulo 2^32
  };

  /// Of `blocks` the memory is taken at once, and kept.
  BlockQueue(std::size_t block_bytes, std::size_t blocks);

  /// Whether the next byte needs a block that is not there yet.
  bool IsFull() const { return end_ == begin_ + blocks_.size() * block_bytes_; }
  void AddBlock();
  /// What is written next begins a record. Not while full.
  void MarkRecord(std::uint64_t frame, std::int64_t time, std::uint32_t other);
  /// Whether that is the first one in its block.
  bool BeginsBlock() const { return blocks_.back().at == kNone; }
  /// What fits of it; how much that was.
  std::size_t Write(ByteView bytes);
  void DropBlock();

  std::size_t Blocks() const { return blocks_.size(); }
  std::size_t BlockBytes() const { return block_bytes_; }
  std::uint64_t Begin() const { return begin_; }
  std::uint64_t End() const { return end_; }
  /// The first record that begins in that block or behind it; nothing when none does.
  std::optional<Mark> FirstRecord(std::size_t block) const;
  std::uint64_t BlockEnd(std::size_t block) const { return begin_ + (block + 1) * block_bytes_; }
  /// Up to `count` bytes from `offset`, which is not before Begin.
  Bytes Read(std::uint64_t offset, std::size_t count) const;
  /// Bytes of memory that it takes, whatever is in it.
  std::size_t Memory() const;

 private:
  using MemoryBlock = std::unique_ptr<std::uint8_t[]>;
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  /// With the first record that begins in it, as a Mark. Small: of streams there are many.
  struct Block {
    MemoryBlock bytes;
    std::uint32_t at = kNone;
    std::uint32_t other = 0;
    std::uint64_t frame = 0;
    std::int64_t time = 0;
  };
  MemoryBlock NewMemory() const;

  const std::size_t block_bytes_;
  const std::size_t kept_;  ///< blocks that are not given back
  std::deque<Block> blocks_;
  std::vector<MemoryBlock> spare_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace isr
