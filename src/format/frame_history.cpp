#include "format/frame_history.hpp"

#include <algorithm>
#include <cstring>

namespace isr {

std::uint64_t FrameHistory::HashOf(std::span<const std::uint8_t> frame) {
  // FNV-1a, eight bytes at a time and with its upper bits brought down: those of a product hang on
  // all the bits below them.
  constexpr std::uint64_t kPrime = 0x100000001b3;
  std::uint64_t hash = 0xcbf29ce484222325 ^ frame.size();
  const auto mix = [&hash](std::uint64_t value) {
    hash = (hash ^ value) * kPrime;
    hash ^= hash >> 32;
  };
  for (; frame.size() >= sizeof(std::uint64_t); frame = frame.subspan(sizeof(std::uint64_t))) {
    std::uint64_t value = 0;
    std::memcpy(&value, frame.data(), sizeof value);
    mix(value);
  }
  for (const std::uint8_t byte : frame) mix(byte);
  return hash;
}

void FrameHistory::Add(std::uint64_t hash, std::chrono::microseconds duration) {
  const std::lock_guard lock(mutex_);
  frames_.push_back({hash, duration});
  held_ += duration;
  while (held_ > length_) {
    held_ -= frames_.front().duration;
    frames_.pop_front();
  }
}

void FrameHistory::SetEnd(UtcTime end) {
  const std::lock_guard lock(mutex_);
  end_ = end;
}

UtcTime FrameHistory::End() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

void FrameHistory::Clear() {
  const std::lock_guard lock(mutex_);
  frames_.clear();
  held_ = std::chrono::microseconds(0);
}

/// Whether these are our last frames.
bool FrameHistory::Repeats(std::span<const std::uint64_t> frames) const {
  return std::equal(frames.begin(), frames.end(),
                    frames_.end() - static_cast<std::ptrdiff_t>(frames.size()),
                    [](std::uint64_t hash, const Frame& frame) { return hash == frame.hash; });
}

std::size_t FrameHistory::FindOverlap(std::span<const std::uint64_t> frames,
                                      std::chrono::microseconds expected,
                                      std::chrono::microseconds frame_duration) const {
  const auto distance = [&](std::size_t count) {
    return std::chrono::abs(static_cast<std::int64_t>(count) * frame_duration - expected);
  };
  const std::lock_guard lock(mutex_);
  std::size_t best = 0;
  for (std::size_t count = 1; count <= std::min(frames.size(), frames_.size()); ++count) {
    if (best != 0 && distance(count) >= distance(best)) continue;
    if (Repeats(frames.first(count))) best = count;
  }
  return best;
}

}  // namespace isr
