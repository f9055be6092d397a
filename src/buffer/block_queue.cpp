#include "buffer/block_queue.hpp"

#include <algorithm>
#include <utility>

namespace isr {

BlockQueue::BlockQueue(std::size_t block_bytes, std::size_t blocks)
    : block_bytes_(block_bytes), kept_(std::max<std::size_t>(blocks, 1)) {
  for (std::size_t i = 0; i < blocks; ++i) spare_.push_back(NewMemory());
}

/// Not touched before it is written to.
BlockQueue::MemoryBlock BlockQueue::NewMemory() const {
  return std::make_unique_for_overwrite<std::uint8_t[]>(block_bytes_);
}

void BlockQueue::AddBlock() {
  if (spare_.empty()) spare_.push_back(NewMemory());
  blocks_.push_back({.bytes = std::move(spare_.back())});
  spare_.pop_back();
}

void BlockQueue::MarkRecord(std::uint64_t frame, std::int64_t time, std::uint32_t other) {
  Block& last = blocks_.back();
  if (last.at != kNone) return;
  last.at = static_cast<std::uint32_t>(end_ - begin_ - (blocks_.size() - 1) * block_bytes_);
  last.frame = frame;
  last.time = time;
  last.other = other;
}

std::size_t BlockQueue::Write(ByteView bytes) {
  const std::size_t used = end_ - begin_ - (blocks_.size() - 1) * block_bytes_;
  const std::size_t count = std::min(block_bytes_ - used, bytes.size());
  std::copy_n(bytes.begin(), count, blocks_.back().bytes.get() + used);
  end_ += count;
  return count;
}

void BlockQueue::DropBlock() {
  if (blocks_.size() + spare_.size() <= kept_) spare_.push_back(std::move(blocks_.front().bytes));
  blocks_.pop_front();
  begin_ = std::min(begin_ + block_bytes_, end_);
}

std::optional<BlockQueue::Mark> BlockQueue::FirstRecord(std::size_t block) const {
  for (; block < blocks_.size(); ++block) {
    const Block& here = blocks_[block];
    if (here.at == kNone) continue;
    return Mark{.offset = begin_ + block * block_bytes_ + here.at,
                .frame = here.frame,
                .time = here.time,
                .other = here.other};
  }
  return std::nullopt;
}

Bytes BlockQueue::Read(std::uint64_t offset, std::size_t count) const {
  Bytes bytes;
  const std::uint64_t end = std::min(end_, offset + count);
  bytes.reserve(end - std::min(end, offset));
  while (offset < end) {
    const std::size_t at = (offset - begin_) % block_bytes_;
    const std::size_t here = std::min<std::uint64_t>(block_bytes_ - at, end - offset);
    const std::uint8_t* const block = blocks_[(offset - begin_) / block_bytes_].bytes.get();
    AppendBytes(bytes, {block + at, here});
    offset += here;
  }
  return bytes;
}

std::size_t BlockQueue::Memory() const {
  constexpr std::size_t kOfAllocator = 16;
  return (blocks_.size() + spare_.size()) * (block_bytes_ + kOfAllocator + sizeof(Block)) +
         sizeof(*this);
}

}  // namespace isr
