#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>

#include "base/clock.hpp"

namespace isr {

/// The coded frames that a source delivered last, as hashes, and what the time was at their end.
/// It outlives a lost connection: a server that bursts past audio to a new listener sends what we
/// have already, and then no audio is missing. Thread-safe: a run that hangs may still add to it.
class FrameHistory {
 public:
  /// `length` (of audio) is remembered.
  explicit FrameHistory(std::chrono::microseconds length = std::chrono::seconds(60))
      : length_(length) {}

  /// Hash of a frame's bytes, 64 bits. Means nothing to other programs.
  static std::uint64_t HashOf(std::span<const std::uint8_t> frame);

  void Add(std::uint64_t hash, std::chrono::microseconds duration);
  /// Wall time after the last frame.
  void SetEnd(UtcTime end);
  UtcTime End() const;
  /// Forgets all: what comes now does not follow on it.
  void Clear();

  /// How many of `frames`, the first after a reconnect, repeat the history's last ones; 0 for none.
  /// They must reach its end: every frame from the first repeated one to the last that we have is
  /// the same. Where several numbers fit (silence), the one whose duration comes closest to
  /// `expected`, the overlap by the clock, is taken. `frame_duration` is of one frame, > 0.
  std::size_t FindOverlap(std::span<const std::uint64_t> frames, std::chrono::microseconds expected,
                          std::chrono::microseconds frame_duration) const;

 private:
  struct Frame {
    std::uint64_t hash;
    std::chrono::microseconds duration;
  };

  bool Repeats(std::span<const std::uint64_t> frames) const;  // under mutex_

  const std::chrono::microseconds length_;
  mutable std::mutex mutex_;
  std::deque<Frame> frames_;           // protected by mutex_
  std::chrono::microseconds held_{0};  // protected by mutex_
  UtcTime end_{};                      // protected by mutex_
};

}  // namespace isr
