#include "review/day_review.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <numeric>
#include <span>
#include <thread>

#include "level/track.hpp"
#include "review/recorded_levels.hpp"

namespace isr {
namespace {

double Seconds(std::int64_t windows) {
  return static_cast<double>(windows) / kWindowsPerSecond;
}

/// `files`: of one source, oldest first.
std::vector<DaySection> SectionsOf(std::span<const Segment> files,
                                   const std::vector<SourceSection>& found) {
  std::vector<DaySection> sections;
  for (const SourceSection& section : found) {
    if (section.start.file < 0) continue;  // of the day before
    const Segment& file = files[static_cast<std::size_t>(section.start.file)];
    const double start = Seconds(section.start.window);
    const std::chrono::duration<double> length = section.end.time - section.start.time;
    sections.push_back({.source = file.source,
                        .name = file.name,
                        .start = start,
                        .end = start + length.count(),
                        .time = section.start.time,
                        .score = section.score,
                        .prominence = section.prominence});
  }
  return sections;
}

/// By source; of files without one, each by itself.
std::vector<std::vector<Segment>> Group(const std::vector<Segment>& files) {
  std::map<std::string, std::vector<Segment>> by_source;
  std::vector<std::vector<Segment>> groups;
  for (const Segment& file : files) {
    if (file.source.empty()) {
      groups.push_back({file});
    } else {
      by_source[file.source].push_back(file);
    }
  }
  for (auto& [source, group] : by_source) groups.push_back(std::move(group));
  return groups;
}

UtcTime EndOf(const Segment& file) {
  return file.start + std::chrono::round<std::chrono::microseconds>(
                          std::chrono::duration<double>(file.Duration()));
}

std::vector<Gap> GapsOf(CatalogueReader& catalogue, const std::vector<Segment>& files) {
  UtcTime end = files.front().start;
  for (const Segment& file : files) end = std::max(end, EndOf(file));
  return catalogue.ListGaps(files.front().start, end, "");
}

/// What FindRecordedSections finds in each group, on as many threads as there are processors.
std::vector<std::vector<SourceSection>> FindInAll(const Roots& roots, CatalogueReader& catalogue,
                                                  const std::vector<std::vector<Segment>>& groups,
                                                  const DetectorOptions& options) {
  std::vector<Surroundings> around;
  around.reserve(groups.size());
  for (const auto& files : groups) around.push_back(SurroundingsOf(catalogue, files));
  std::vector<std::vector<SourceSection>> found(groups.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < groups.size(); i = next++) {
      found[i] = FindRecordedSections(roots, groups[i], around[i], options);
    }
  };
  const std::size_t threads =
      std::min<std::size_t>(groups.size(), std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < threads; ++i) others.push_back(std::async(std::launch::async, work));
  work();
  for (std::future<void>& other : others) other.get();
  return found;
}

}  // namespace

DayReview ReviewDay(const Roots& roots, CatalogueReader& catalogue, const std::string& day,
                    const DetectorOptions& options) {
  DayReview review{.files = catalogue.ListSegments({.day = day})};
  if (review.files.empty()) return review;
  std::reverse(review.files.begin(), review.files.end());
  const std::vector<std::vector<Segment>> groups = Group(review.files);
  const auto found = FindInAll(roots, catalogue, groups, options);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (DaySection& section : SectionsOf(groups[i], found[i])) {
      review.sections.push_back(std::move(section));
    }
  }
  std::stable_sort(review.sections.begin(), review.sections.end(),
                   [](const DaySection& a, const DaySection& b) { return a.time < b.time; });
  review.gaps = GapsOf(catalogue, review.files);
  return review;
}

std::vector<std::size_t> ByScore(const std::vector<DaySection>& sections) {
  std::vector<std::size_t> order(sections.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sections[a].score > sections[b].score;
  });
  return order;
}

}  // namespace isr
