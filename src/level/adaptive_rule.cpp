#include <algorithm>
#include <cmath>
#include <utility>

#include "level/decibel.hpp"
#include "level/detector_rules.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;

constexpr auto kWarmUp = 10s;      ///< judged together
constexpr auto kLongestGap = 60s;  ///< behind a longer one everything may have changed
constexpr auto kRecent = 6s;       ///< what a quick fall of the background shows in
constexpr auto kLookBack = 1s;     ///< how far a start may lie before the window that told
constexpr auto kDropOut = 10s;     ///< digital silence that is not taken for a background
constexpr double kHysteresis = 6;  ///< dB

std::int16_t Hundredths(double decibels) {
  return static_cast<std::int16_t>(std::lround(decibels * kHundredths));
}

NoiseFloor::Options FloorOptions(const DetectorOptions& options) {
  return {.percentile = options.percentile,
          .span = static_cast<std::size_t>(WindowsOf(options, options.adaptive_span)),
          .recent = static_cast<std::size_t>(WindowsOf(options, kRecent)),
          .swing = Hundredths(options.swing)};
}

}  // namespace

Detector::Adaptive::Adaptive(const DetectorOptions& options, Handlers handlers)
    : warm_up_(WindowsOf(options, kWarmUp)),
      longest_gap_(WindowsOf(options, kLongestGap)),
      hold_(WindowsOf(options, options.hold)),
      drop_out_(WindowsOf(options, kDropOut)),
      look_back_(static_cast<std::size_t>(WindowsOf(options, kLookBack))),
      margin_(Hundredths(options.margin)),
      release_(Hundredths(std::max(options.margin - kHysteresis, options.margin / 2))),
      floor_(FloorOptions(options)),
      sections_(options.min_gap / options.window, std::move(handlers)),
      before_(look_back_) {
  first_.reserve(static_cast<std::size_t>(warm_up_));
  waiting_.reserve(static_cast<std::size_t>(hold_ + drop_out_));
}

std::int64_t Detector::Adaptive::Windows() const {
  return index_ + static_cast<std::int64_t>(first_.size());
}

void Detector::Adaptive::Push(std::span<const std::int16_t> levels) {
  for (const std::int16_t level : levels) {
    if (level == kMissingLevel) {
      Miss();
    } else if (warm_) {
      Judge(level);
      gap_ = 0;
    } else {
      WarmUp(level);
    }
  }
}

void Detector::Adaptive::Skip(std::int64_t windows) {
  // Beyond the longest gap nothing happens any more.
  while (windows > 0 && (gap_ <= longest_gap_ || !first_.empty())) {
    Miss();
    --windows;
  }
  index_ += windows;
}

void Detector::Adaptive::Finish() {
  if (!warm_ && !first_.empty()) JudgeStart();
  sections_.Close();
  Restart();
}

/// Begins as with a new source. No section is open.
void Detector::Adaptive::Restart() {
  floor_.Clear();
  warm_ = false;
  first_.clear();
  heard_ = 0;
  silent_ = 0;
  earliest_ = index_;
  waiting_.clear();
  tail_ = 0;
  held_ = false;
}

void Detector::Adaptive::WarmUp(std::int16_t level) {
  gap_ = 0;
  first_.push_back(level);
  if (++heard_ == warm_up_) JudgeStart();
}

/// Takes for background what does not rise over the quietest fifth, and then judges it all.
void Detector::Adaptive::JudgeStart() {
  const std::vector<std::int16_t> first = std::exchange(first_, {});
  for (const std::int16_t level : first) {
    if (level != kMissingLevel) floor_.AddBackground(level);
  }
  const int quiet = floor_.Quiet();
  floor_.Clear();
  for (const std::int16_t level : first) {
    if (level != kMissingLevel && level < quiet + release_) floor_.AddBackground(level);
  }
  warm_ = true;
  replaying_ = true;
  const std::int64_t gap = std::exchange(gap_, 0);
  Push(first);
  gap_ = gap;
  replaying_ = false;
}

void Detector::Adaptive::Miss() {
  ++gap_;
  if (!warm_) {
    // A start without a level has not begun.
    if (heard_ == 0) {
      ++index_;
      earliest_ = index_;
      return;
    }
    first_.push_back(kMissingLevel);
    if (gap_ <= longest_gap_) return;
    JudgeStart();
  } else {
    before_[static_cast<std::size_t>(index_) % look_back_] = kMissingLevel;
    if (sections_.Calm(index_)) Ended();
    ++index_;
    if (gap_ <= longest_gap_ || replaying_) return;
  }
  sections_.Close();
  Restart();
}

void Detector::Adaptive::Judge(std::int16_t level) {
  const std::int16_t floor = floor_.Level();
  const int rise = level - floor;
  const bool is_loud = rise >= (sections_.IsOpen() ? release_ : margin_);
  if (is_loud) {
    const std::int64_t start = sections_.IsOpen() ? 0 : StartBefore(floor + release_);
    sections_.Loud(index_, start, rise, level - floor_.Quiet());
    tail_ = 0;
  }
  Learn(level, is_loud);
  if (!is_loud && sections_.Calm(index_)) Ended();
  if (sections_.IsOpen() && !held_ && index_ + 1 - sections_.Start() >= hold_) {
    held_ = true;
    AdmitWaiting(0);
  }
  before_[static_cast<std::size_t>(index_) % look_back_] = level;
  ++index_;
}

/// Where the section starts that the window to come has told of: the levels before it may have
/// risen slowly.
std::int64_t Detector::Adaptive::StartBefore(int release) const {
  std::int64_t start = index_;
  for (std::size_t back = 0; back < look_back_ && start > earliest_; ++back, --start) {
    if (before_[static_cast<std::size_t>(start - 1) % look_back_] < release) break;
  }
  return start;
}

/// The level is part of the background, or may turn out to be.
void Detector::Adaptive::Learn(std::int16_t level, bool is_loud) {
  for (std::int64_t count = CountOf(level); count > 0; --count) {
    floor_.Hear(level);
    if (sections_.IsOpen() && !held_) {
      waiting_.push_back(level);
      if (!is_loud) ++tail_;
    } else if (!replaying_) {
      floor_.AddBackground(level);
    }
  }
}

/// How often a level counts. Digital silence is a fault of the source and says nothing of what
/// there is to hear, until it has lasted.
std::int64_t Detector::Adaptive::CountOf(std::int16_t level) {
  if (level > kDetectionSilence || replaying_) {
    silent_ = 0;
    return 1;
  }
  if (++silent_ < drop_out_) return 0;
  return silent_ == drop_out_ ? drop_out_ : 1;
}

/// A section has ended: what came behind it was background.
void Detector::Adaptive::Ended() {
  earliest_ = sections_.End();
  if (!held_ && !replaying_) AdmitWaiting(waiting_.size() - tail_);
  waiting_.clear();
  tail_ = 0;
  held_ = false;
}

void Detector::Adaptive::AdmitWaiting(std::size_t from) {
  for (std::size_t i = from; i < waiting_.size(); ++i) floor_.AddBackground(waiting_[i]);
  waiting_.clear();
  tail_ = 0;
}

}  // namespace isr
