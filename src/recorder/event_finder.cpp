#include "recorder/event_finder.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace isr {
namespace {

/// Of files without levels there may be any number.
constexpr std::size_t kMostFiles = 16;

}  // namespace

EventFinder::EventFinder(const DetectorOptions& options, SourceDetector::Handler begin,
                         SourceDetector::Handler end)
    : detector_(options, std::move(begin), std::move(end)) {}

void EventFinder::Began(const Segment& segment) {
  files_.push_back({segment.name, segment.start});
  if (files_.size() > kMostFiles) files_.pop_front();
}

void EventFinder::Heard(const std::string& name, std::int64_t window,
                        std::span<const std::int16_t> levels) {
  if (name != current_) {
    const auto file = std::find_if(files_.begin(), files_.end(),
                                   [&name](const File& one) { return one.name == name; });
    if (file == files_.end()) return;
    detector_.BeginFile(file->start);
    current_ = name;
    files_.erase(files_.begin(), std::next(file));
  }
  // Windows that are missing at the end may lie behind that of the file.
  while (!levels.empty() && levels.back() == kMissingLevel)
    levels = levels.first(levels.size() - 1);
  const std::int64_t known = detector_.Windows() - window;
  if (known >= std::ssize(levels)) return;
  if (known < 0) detector_.Skip(-known);
  detector_.Push(levels.subspan(static_cast<std::size_t>(std::max<std::int64_t>(known, 0))));
}

}  // namespace isr
