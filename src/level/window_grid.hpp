#pragma once

#include <chrono>
#include <cstdint>

namespace isr {

/// How long a window is unless somebody asks for something else.
constexpr std::chrono::nanoseconds kWindowLength = std::chrono::milliseconds(100);

/// Where windows of a fixed length begin and end, in frames: window n is
/// [n * length * rate, (n + 1) * length * rate), both rounded down. Exact however long it goes on.
class WindowGrid {
 public:
  /// A window is at least one frame.
  WindowGrid(int rate, std::chrono::nanoseconds length)
      : per_window_(static_cast<std::uint64_t>(rate) * static_cast<std::uint64_t>(length.count())) {
    if (per_window_ < kNanoseconds) per_window_ = kNanoseconds;
    Restart();
  }

  /// Frames of the window that goes on, when nothing cuts it short.
  std::uint64_t Frames() const { return frames_; }
  /// To the next window.
  void Advance() {
    rest_ += per_window_;
    frames_ = rest_ / kNanoseconds;
    rest_ %= kNanoseconds;
  }
  /// Window 0 begins.
  void Restart() {
    rest_ = 0;
    Advance();
  }

 private:
  static constexpr std::uint64_t kNanoseconds = 1'000'000'000;

  std::uint64_t per_window_;  ///< frames * 10^9
  std::uint64_t rest_ = 0;    ///< what rounding has left over, frames * 10^9
  std::uint64_t frames_ = 0;
};

/// How many windows of kWindowLength that many frames of one file make, the short last one too.
constexpr std::uint64_t WindowsIn(std::uint64_t frames, int rate) {
  const auto per_second = static_cast<std::uint64_t>(rate);
  return (frames * 10 + per_second - 1) / per_second;
}

}  // namespace isr
