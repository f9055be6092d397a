#include "level/source_detector.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace isr {

SourceDetector::SourceDetector(const DetectorOptions& options, Handler begin, Handler end)
    : window_(options.window),
      detector_(options, {.begin = Placed(std::move(begin)), .end = Placed(std::move(end))}) {}

std::function<void(const Section&)> SourceDetector::Placed(Handler handler) const {
  if (!handler) return {};
  return [this, handler = std::move(handler)](const Section& section) { handler(Place(section)); };
}

void SourceDetector::BeginFile(UtcTime start) {
  // A file's last window may be short: as many belong to it as begin before the next file.
  if (!files_.empty()) SkipUntil((start - files_.back().start + window_ / 2) / window_);
  files_.push_back({detector_.Windows(), start});
  if (files_.size() <= kMostFiles) return;
  files_.pop_front();
  ++files_gone_;
}

void SourceDetector::Pass(UtcTime until) {
  if (!files_.empty()) SkipUntil((until - files_.back().start) / window_);
}

/// `window`: of the last file.
void SourceDetector::SkipUntil(std::int64_t window) {
  if (window > Windows()) Skip(window - Windows());
}

SourceSection SourceDetector::Place(const Section& section) const {
  SourceSection placed{.start = PlaceOf(section.start),
                       .end = PlaceOf(section.end - 1),
                       .score = section.score,
                       .prominence = section.prominence};
  ++placed.end.window;
  placed.end.time += window_;
  return placed;
}

SourcePlace SourceDetector::PlaceOf(std::int64_t window) const {
  const auto after = std::find_if(std::next(files_.begin()), files_.end(),
                                  [window](const File& file) { return file.begin > window; });
  const File& file = *std::prev(after);
  SourcePlace place{.file = files_gone_ + (std::prev(after) - files_.begin()),
                    .window = std::max<std::int64_t>(window - file.begin, 0),
                    .time = file.start};
  place.time += place.window * window_;
  return place;
}

}  // namespace isr
