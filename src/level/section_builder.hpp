#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "level/detector.hpp"

namespace isr {

/// Joins loud windows to sections, and tells of them.
class SectionBuilder {
 public:
  /// `min_gap`: windows.
  SectionBuilder(std::int64_t min_gap, Detector::Handlers handlers)
      : min_gap_(std::max<std::int64_t>(min_gap, 1)), handlers_(std::move(handlers)) {}

  bool IsOpen() const { return open_; }
  std::int64_t Start() const { return section_.start; }
  /// Of the section that is open, or of the last one.
  std::int64_t End() const { return section_.end; }

  /// Window `index` is loud, hundredths of dB over the floor and over the quiet. `start`: where a
  /// section begins that it begins.
  void Loud(std::int64_t index, std::int64_t start, int over_floor, int over_quiet) {
    const double score = over_floor / 100.0;
    const double prominence = over_quiet / 100.0;
    const bool begins = !std::exchange(open_, true);
    if (begins) section_ = {start, index + 1, score, prominence};
    section_.end = index + 1;
    section_.score = std::max(section_.score, score);
    section_.prominence = std::max(section_.prominence, prominence);
    if (begins && handlers_.begin) handlers_.begin(section_);
  }
  /// Window `index` is not loud. Whether that ends a section.
  bool Calm(std::int64_t index) {
    if (!open_ || index + 1 - section_.end < min_gap_) return false;
    Close();
    return true;
  }
  void Close() {
    if (std::exchange(open_, false) && handlers_.end) handlers_.end(section_);
  }

 private:
  const std::int64_t min_gap_;
  const Detector::Handlers handlers_;
  Section section_;
  bool open_ = false;
};

}  // namespace isr
