#include "review/file_review.hpp"

#include <algorithm>
#include <cmath>

#include "review/recorded_levels.hpp"

namespace isr {
namespace {

double Seconds(std::int64_t windows) {
  return static_cast<double>(windows) / kWindowsPerSecond;
}

std::optional<double> QuietestFifth(std::vector<std::int16_t> levels) {
  std::erase(levels, kMissingLevel);
  if (levels.empty()) return std::nullopt;
  const auto fifth = levels.begin() + std::ssize(levels) / 5;
  std::nth_element(levels.begin(), fifth, levels.end());
  return *fifth / 100.0;
}

}  // namespace

FileReview ReviewFile(const Roots& roots, CatalogueReader& catalogue, const Segment& segment,
                      const DetectorOptions& options) {
  const TrackFile track = OpenTrack(roots, segment);
  FileReview review{.segment = segment, .duration = segment.Duration()};
  if (track.Kind() != TrackKind::kTrack) return review;
  const auto windows = static_cast<std::int64_t>(track.WindowCount());
  if (review.duration == 0) review.duration = Seconds(windows);
  review.floor = QuietestFifth(track.Levels().detection);
  review.has_levels = review.floor.has_value();
  review.events = track.Events();
  Surroundings around = SurroundingsOf(catalogue, {&segment, 1});
  around.after.clear();
  for (const SourceSection& section : FindRecordedSections(roots, {&segment, 1}, around, options)) {
    const double start = section.start.file < 0 ? 0 : Seconds(section.start.window);
    review.sections.push_back({.start = start,
                               .end = std::min(Seconds(section.end.window), review.duration),
                               .score = section.score,
                               .prominence = section.prominence});
  }
  return review;
}

std::vector<std::optional<double>> DisplayLevels(const TrackFile& track, double from, double to,
                                                 std::size_t points) {
  const auto first =
      static_cast<std::uint64_t>(std::floor(std::max(from, 0.0) * kWindowsPerSecond));
  const auto last = static_cast<std::uint64_t>(std::ceil(std::max(to, 0.0) * kWindowsPerSecond));
  if (last <= first || points == 0) return {};
  const std::uint64_t count = last - first;
  const std::vector<std::int16_t> levels = track.Levels(first, count).rms;
  points = std::min<std::uint64_t>(points, count);
  std::vector<std::optional<double>> shown(points);
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(levels.size(), count); ++i) {
    if (levels[i] == kMissingLevel) continue;
    auto& point = shown[i * points / count];
    point = std::max(point.value_or(-1000.0), levels[i] / 100.0);
  }
  return shown;
}

}  // namespace isr
