#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "level/level_histogram.hpp"

namespace isr {

/// The last so many levels.
class LevelRing {
 public:
  explicit LevelRing(std::size_t capacity) : steps_(capacity) {}

  /// `marks`: all that are used with this ring.
  template <typename... Marks>
  void Push(std::int16_t level, Marks&... marks) {
    const LevelHistogram::Step step = LevelHistogram::StepOf(level);
    LevelHistogram::Step& place = steps_[next_];
    if (IsFull()) {
      histogram_.Remove(place);
      (marks.Removed(place), ...);
    } else {
      ++size_;
    }
    place = step;
    histogram_.Add(step);
    (marks.Added(step), ...);
    if (++next_ == steps_.size()) next_ = 0;
  }
  template <typename... Marks>
  void Clear(Marks&... marks) {
    histogram_.Clear();
    (marks.Clear(), ...);
    size_ = next_ = 0;
  }

  std::size_t Size() const { return size_; }
  bool IsFull() const { return size_ == steps_.size(); }
  std::int16_t LevelAt(LevelHistogram::Mark& mark) const { return mark.Level(histogram_, size_); }

 private:
  std::vector<LevelHistogram::Step> steps_;
  std::size_t size_ = 0;
  std::size_t next_ = 0;
  LevelHistogram histogram_;
};

/// What a source sounds like while nothing happens. Levels in hundredths of dB.
class NoiseFloor {
 public:
  struct Options {
    double percentile = 20;
    std::size_t span = 600;    ///< levels of background
    std::size_t recent = 60;   ///< levels of anything
    std::int16_t swing = 300;  ///< the floor is at most that far below the 90th percentile
  };

  explicit NoiseFloor(const Options& options);

  /// Forgets everything.
  void Clear();
  /// A level that belongs to the background.
  void AddBackground(std::int16_t level) { background_.Push(level, quiet_, loud_); }
  /// Each level, of the background or not: where even most of the last ones lie below the floor, a
  /// loud spell is over.
  void Hear(std::int16_t level) { recent_.Push(level, most_); }

  /// There has been background.
  bool IsKnown() const { return background_.Size() > 0; }
  /// Only when it is known.
  std::int16_t Level();
  /// The percentile by itself. Only when it is known.
  std::int16_t Quiet() { return background_.LevelAt(quiet_); }

 private:
  const std::int16_t swing_;
  LevelRing background_;
  LevelHistogram::Mark quiet_;
  LevelHistogram::Mark loud_;
  LevelRing recent_;
  LevelHistogram::Mark most_;
};

}  // namespace isr
