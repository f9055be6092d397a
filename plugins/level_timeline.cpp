#include "plugins/level_timeline.hpp"

#include <algorithm>

namespace isr {
namespace {

GstClockTime Later(GstClockTime time, GstClockTime by) {
  return GST_CLOCK_TIME_IS_VALID(time) ? time + by : time;
}

}  // namespace

void LevelTimeline::Begin(std::int64_t index, const WindowPlace& place) {
  if (!stretches_.empty() && stretches_.back().begin == index) stretches_.pop_back();
  stretches_.push_back({.begin = index, .place = place});
  if (stretches_.size() > kMaxStretches) stretches_.pop_front();
}

void LevelTimeline::EndShort(std::int64_t index, GstClockTime length) {
  if (stretches_.empty()) return;
  stretches_.back().last = index;
  stretches_.back().last_length = length;
}

WindowPlace LevelTimeline::StartOf(std::int64_t index) const {
  if (stretches_.empty()) return {};
  const Stretch& stretch = StretchOf(index);
  return PlaceIn(stretch, std::max(index, stretch.begin));
}

WindowPlace LevelTimeline::EndBefore(std::int64_t index) const {
  if (stretches_.empty()) return {};
  const Stretch& stretch = StretchOf(index - 1);
  const std::int64_t last = std::max(index - 1, stretch.begin);
  WindowPlace place = PlaceIn(stretch, last);
  const GstClockTime length = last == stretch.last ? stretch.last_length : interval_;
  ++place.window;
  place.running_time = Later(place.running_time, length);
  place.stream_time = Later(place.stream_time, length);
  return place;
}

/// The one that holds window `index`, or the first.
const LevelTimeline::Stretch& LevelTimeline::StretchOf(std::int64_t index) const {
  auto next = std::upper_bound(
      stretches_.begin(), stretches_.end(), index,
      [](std::int64_t wanted, const Stretch& stretch) { return wanted < stretch.begin; });
  return next == stretches_.begin() ? *next : *(next - 1);
}

WindowPlace LevelTimeline::PlaceIn(const Stretch& stretch, std::int64_t index) const {
  WindowPlace place = stretch.place;
  const auto windows = static_cast<std::uint64_t>(index - stretch.begin);
  place.window += windows;
  place.running_time = Later(place.running_time, windows * interval_);
  place.stream_time = Later(place.stream_time, windows * interval_);
  return place;
}

}  // namespace isr
