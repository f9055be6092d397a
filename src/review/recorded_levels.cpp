#include "review/recorded_levels.hpp"

#include <algorithm>

#include <fcntl.h>

#include "level/find_sections.hpp"

namespace isr {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWindow{1000 / kWindowsPerSecond};
/// Before the first file; it would take files of a second to need more.
constexpr std::int64_t kMostBefore = 150;

/// Windows that a file may add to the time before `end`.
bool ReachesBack(const Segment& segment, UtcTime end) {
  return end - segment.start >= std::int64_t{kLeadInWindows} * kWindow;
}

/// Gives a detector the levels of a recording, from window `first` on. Windows that are missing at
/// its end may not have come yet: they are told by when the next file begins, as while recording.
void Feed(SourceDetector& detector, const Segment& segment, const TrackFile& track,
          std::uint64_t first = 0) {
  const std::vector<std::int16_t> levels = track.Levels(first).detection;
  const auto last = std::find_if(levels.rbegin(), levels.rend(),
                                 [](std::int16_t level) { return level != kMissingLevel; });
  detector.BeginFile(segment.start + static_cast<std::int64_t>(first) * kWindow);
  detector.Push(std::span(levels).first(static_cast<std::size_t>(levels.rend() - last)));
}

}  // namespace

TrackFile OpenTrack(const Roots& roots, const Segment& segment) {
  const std::string path = roots.ForName(segment.name).TrackPathOf(segment.name);
  return TrackFile(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
}

Surroundings SurroundingsOf(CatalogueReader& catalogue, std::span<const Segment> files) {
  Surroundings around;
  const Segment& first = files.front();
  if (first.source.empty()) return around;
  // Newest first.
  around.before =
      catalogue.ListSegments({.to = first.start, .source = first.source, .limit = kMostBefore});
  const auto enough =
      std::find_if(around.before.begin(), around.before.end(),
                   [&](const Segment& one) { return ReachesBack(one, first.start); });
  if (enough != around.before.end()) around.before.erase(enough + 1, around.before.end());
  std::reverse(around.before.begin(), around.before.end());
  if (auto next = catalogue.FindNext(files.back())) around.after.push_back(*std::move(next));
  return around;
}

std::vector<SourceSection> FindRecordedSections(const Roots& roots, std::span<const Segment> files,
                                                const Surroundings& around,
                                                const DetectorOptions& options) {
  const auto lead = static_cast<std::int64_t>(around.before.size());
  std::vector<SourceSection> found;
  SourceDetector detector(options, {}, [&](SourceSection section) {
    section.start.file -= lead;
    section.end.file -= lead;
    if (section.end.file >= 0) found.push_back(section);
  });
  for (const Segment& segment : around.before) {
    const TrackFile track = OpenTrack(roots, segment);
    const std::uint64_t count = track.WindowCount();
    Feed(detector, segment, track, count - std::min<std::uint64_t>(count, kLeadInWindows));
  }
  for (const Segment& segment : files) Feed(detector, segment, OpenTrack(roots, segment));
  if (detector.IsOpen()) {
    for (const Segment& segment : around.after) Feed(detector, segment, OpenTrack(roots, segment));
  }
  detector.Finish();
  // Sections of the file behind are its own.
  std::erase_if(
      found, [&](const SourceSection& section) { return section.start.file >= std::ssize(files); });
  return found;
}

}  // namespace isr
