#include "replay/stretch.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace isr {
namespace {

using std::chrono::microseconds;

/// What files leave between them without a gap in the ledger is what was learnt of the clock since
/// they began. More was lost with the ledger.
constexpr microseconds kClockChanges = std::chrono::seconds(2);

/// A gap so close to a file's end is the one behind it.
constexpr microseconds kNearEnd = std::chrono::milliseconds(200);

/// Goes through recordings from the last one's end back to the start of the stretch.
class BackwardWalk {
 public:
  BackwardWalk(std::span<const Segment> segments, std::span<const Gap> gaps)
      : segments_(segments), gaps_(gaps), rate_(segments.back().rate) {}

  RecordedStretch Go(UtcTime last_end, UtcTime end, double seconds) {
    left_ = std::llround(seconds * rate_);
    const std::int64_t late = FramesIn(end - last_end);
    surplus_ = std::max<std::int64_t>(-late, 0);
    Miss(std::max<std::int64_t>(late, 0), Cause::kReconnect);
    for (size_t i = segments_.size(); i > 0 && left_ > 0; --i) {
      const Segment& segment = segments_[i - 1];
      if (segment.rate != rate_ || segment.format != segments_.back().format) {
        found_.other_format = true;
        break;
      }
      TakeSegment(segment);
      if (i > 1 && left_ > 0) MissBetween(segments_[i - 2], segment);
    }
    // A gap before the first sample is none inside.
    while (!misses_.empty() && misses_.back().before == taken_) {
      missed_ -= misses_.back().frames;
      misses_.pop_back();
    }
    std::reverse(found_.pieces.begin(), found_.pieces.end());
    found_.rate = rate_;
    found_.frames = static_cast<std::uint64_t>(taken_);
    found_.start = end - Length(taken_ + missed_ + passed_);
    for (auto miss = misses_.rbegin(); miss != misses_.rend(); ++miss) {
      found_.missing.push_back({.at = Seconds(taken_ - miss->before),
                                .seconds = Seconds(miss->frames),
                                .cause = miss->cause});
    }
    return std::move(found_);
  }

 private:
  struct Missed {
    std::int64_t before = 0;  ///< frames that were taken then: they come after it
    std::int64_t frames = 0;
    Cause cause = Cause::kReconnect;
  };

  std::int64_t FramesIn(microseconds time) const {
    return std::llround(static_cast<double>(time.count()) * rate_ / 1e6);
  }
  double Seconds(std::int64_t frames) const { return static_cast<double>(frames) / rate_; }
  microseconds Length(std::int64_t frames) const {
    return microseconds(std::llround(Seconds(frames) * 1e6));
  }

  /// Time without audio. What is not wanted of it does not count, and before the last sample that
  /// is taken it only passes.
  void Miss(std::int64_t frames, Cause cause) {
    const std::int64_t unwanted = std::min(surplus_, frames);
    surplus_ -= unwanted;
    frames -= unwanted;
    left_ -= frames;
    if (taken_ == 0) {
      passed_ += frames;
    } else if (frames > 0) {
      missed_ += frames;
      misses_.push_back({.before = taken_, .frames = frames, .cause = cause});
    }
  }

  /// The frames before `end` from `begin` on, as many as are wanted.
  void TakeFrames(const Segment& segment, std::int64_t begin, std::int64_t end) {
    const std::int64_t unwanted = std::min(surplus_, end - begin);
    surplus_ -= unwanted;
    end -= unwanted;
    const std::int64_t count = std::min(end - begin, left_);
    if (count <= 0) return;
    left_ -= count;
    taken_ += count;
    const auto first = static_cast<std::uint64_t>(end - count);
    if (!found_.pieces.empty() && found_.pieces.back().segment.name == segment.name) {
      // On the other side of a gap inside the file.
      found_.pieces.back().count += found_.pieces.back().first - first;
      found_.pieces.back().first = first;
    } else {
      found_.pieces.push_back(
          {.segment = segment, .first = first, .count = static_cast<std::uint64_t>(count)});
    }
  }

  struct Inner {
    std::int64_t frame = 0;
    std::int64_t missing = 0;
    Cause cause = Cause::kXrun;
  };

  /// The gaps in the middle of a file, and the time of its last sample's end.
  std::vector<Inner> GapsIn(const Segment& segment, UtcTime& end) const {
    std::vector<Inner> inner;
    microseconds lost{0};
    for (const Gap& gap : gaps_) {
      const std::int64_t frame = FramesIn(gap.start - segment.start - lost);
      if (frame <= 0 || frame >= segment.frames - FramesIn(kNearEnd)) continue;
      lost += gap.end - gap.start;
      inner.push_back({frame, FramesIn(gap.end - gap.start), gap.cause});
    }
    end = segment.start + lost + Length(segment.frames);
    return inner;
  }

  void TakeSegment(const Segment& segment) {
    UtcTime ignored;
    const std::vector<Inner> inner = GapsIn(segment, ignored);
    std::int64_t end = segment.frames;
    for (auto gap = inner.rbegin(); gap != inner.rend() && left_ > 0; ++gap) {
      TakeFrames(segment, gap->frame, end);
      Miss(gap->missing, gap->cause);
      end = gap->frame;
    }
    if (left_ > 0) TakeFrames(segment, 0, end);
  }

  void MissBetween(const Segment& before, const Segment& after) {
    UtcTime before_end;
    GapsIn(before, before_end);
    microseconds missing{0};
    std::optional<Cause> cause;
    for (const Gap& gap : gaps_) {
      if (gap.start >= after.start || gap.start < before_end - kNearEnd) continue;
      missing += gap.end - gap.start;
      cause = gap.cause;
    }
    if (!cause && after.start - before_end > kClockChanges) missing = after.start - before_end;
    Miss(FramesIn(missing), cause.value_or(after.began));
  }

  const std::span<const Segment> segments_;
  const std::span<const Gap> gaps_;
  const int rate_;
  RecordedStretch found_;
  std::vector<Missed> misses_;  ///< latest first
  std::int64_t left_ = 0;       ///< frames of time that are still wanted
  std::int64_t surplus_ = 0;    ///< frames at the end that are not
  std::int64_t passed_ = 0;     ///< frames of time between what is taken last and the end
  std::int64_t taken_ = 0;
  std::int64_t missed_ = 0;
};

}  // namespace

RecordedStretch FindStretch(std::span<const Segment> segments, std::span<const Gap> gaps,
                            UtcTime last_end, UtcTime end, double seconds) {
  if (segments.empty()) return {};
  return BackwardWalk(segments, gaps).Go(last_end, end, seconds);
}

void DropBefore(RecordedStretch& stretch, size_t piece) {
  std::uint64_t frames = 0;
  for (size_t i = 0; i < piece; ++i) frames += stretch.pieces[i].count;
  const double dropped = static_cast<double>(frames) / stretch.rate;
  double passed = dropped;
  for (MissingAudio& one : stretch.missing) {
    if (one.at <= dropped) passed += one.seconds;
    one.at -= dropped;
  }
  std::erase_if(stretch.missing, [](const MissingAudio& one) { return one.at <= 0; });
  stretch.pieces.erase(stretch.pieces.begin(),
                       stretch.pieces.begin() + static_cast<std::ptrdiff_t>(piece));
  stretch.start += microseconds(std::llround(passed * 1e6));
  stretch.frames -= frames;
  stretch.other_format = true;
}

}  // namespace isr
