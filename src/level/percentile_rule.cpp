#include <algorithm>
#include <cmath>

#include "level/decibel.hpp"
#include "level/detector_rules.hpp"

namespace isr {
namespace {

/// Between the two nearest ranks, in proportion.
double PercentileOf(const std::vector<std::int16_t>& sorted, double fraction) {
  const double rank = fraction * static_cast<double>(sorted.size() - 1);
  const auto lower = static_cast<std::size_t>(rank);
  const std::size_t upper = std::min(lower + 1, sorted.size() - 1);
  return sorted[lower] + (rank - std::floor(rank)) * (sorted[upper] - sorted[lower]);
}

}  // namespace

Detector::Percentile::Percentile(const DetectorOptions& options, Handlers handlers)
    : block_(static_cast<std::size_t>(WindowsOf(options, options.block))),
      fraction_(options.percentile / 100),
      margin_(static_cast<std::int16_t>(std::lround(options.margin * kHundredths))),
      sections_(options.min_gap / options.window, std::move(handlers)) {
  levels_.reserve(block_);
  sorted_.reserve(block_);
}

std::int64_t Detector::Percentile::Windows() const {
  return done_ + static_cast<std::int64_t>(levels_.size());
}

void Detector::Percentile::Push(std::span<const std::int16_t> levels) {
  for (const std::int16_t level : levels) {
    levels_.push_back(level);
    if (levels_.size() == block_) JudgeBlock();
  }
}

void Detector::Percentile::Skip(std::int64_t windows) {
  while (windows > 0 && (!levels_.empty() || sections_.IsOpen())) {
    Push(std::array{kMissingLevel});
    --windows;
  }
  // Whole blocks of nothing: the next one begins where it would have.
  const auto block = static_cast<std::int64_t>(block_);
  done_ += windows / block * block;
  levels_.assign(static_cast<std::size_t>(windows % block), kMissingLevel);
}

void Detector::Percentile::Finish() {
  JudgeBlock();
  sections_.Close();
}

void Detector::Percentile::JudgeBlock() {
  sorted_ = levels_;
  std::erase(sorted_, kMissingLevel);
  std::sort(sorted_.begin(), sorted_.end());
  const double floor = sorted_.empty() ? 0 : PercentileOf(sorted_, fraction_);
  if (!sorted_.empty()) last_floor_ = static_cast<std::int16_t>(std::lround(floor));
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const std::int64_t index = done_ + static_cast<std::int64_t>(i);
    const auto rise = static_cast<int>(std::lround(levels_[i] - floor));
    if (levels_[i] != kMissingLevel && rise >= margin_) {
      sections_.Loud(index, index, rise, rise);
    } else {
      sections_.Calm(index);
    }
  }
  done_ += static_cast<std::int64_t>(levels_.size());
  levels_.clear();
}

}  // namespace isr
