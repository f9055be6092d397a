#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace isr {

/// Counts of levels in steps of a quarter of a dB. The steps are marked that hold a wanted rank; as
/// levels come and go one by one the marks walk, mostly nowhere.
class LevelHistogram {
 public:
  /// The step in which a level lies.
  using Step = std::uint16_t;
  static Step StepOf(std::int16_t level) {
    const int above = std::clamp<int>(level, kLowest, kHighest) - kLowest;
    return static_cast<Step>((above + kSize / 2) / kSize);
  }

  void Add(Step step) { ++counts_[step]; }
  void Remove(Step step) { --counts_[step]; }
  void Clear() { counts_.fill(0); }

  /// A rank in a histogram. Every level that is added or removed there must be told to it too.
  class Mark {
   public:
    /// `fraction`: 0.2 for the level that a fifth lies below.
    explicit Mark(double fraction) : fraction_(fraction) {}

    void Added(Step step) { below_ += static_cast<std::int32_t>(step < step_); }
    void Removed(Step step) { below_ -= static_cast<std::int32_t>(step < step_); }
    void Clear() { below_ = 0; }
    /// The level there, of `size` > 0 in all.
    std::int16_t Level(const LevelHistogram& histogram, std::size_t size) {
      if (size != size_) {
        size_ = size;
        rank_ = static_cast<std::int32_t>(fraction_ * static_cast<double>(size - 1));
      }
      while (below_ > rank_) below_ -= histogram.counts_[--step_];
      while (below_ + histogram.counts_[step_] <= rank_) below_ += histogram.counts_[step_++];
      return static_cast<std::int16_t>(kLowest + static_cast<int>(step_) * kSize);
    }

   private:
    const double fraction_;
    std::size_t size_ = 0;
    std::int32_t rank_ = 0;  ///< in so many
    std::size_t step_ = 0;
    std::int32_t below_ = 0;  ///< levels in the steps before
  };

 private:
  static constexpr int kSize = 25;
  static constexpr int kLowest = -9000;
  static constexpr int kHighest = 6000;

  std::array<std::int32_t, (kHighest - kLowest) / kSize + 1> counts_{};
};

}  // namespace isr
