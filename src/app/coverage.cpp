#include "app/coverage.hpp"

#include <algorithm>
#include <map>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "time/boundary.hpp"

namespace isr {
namespace {

using std::chrono::microseconds;

/// A file's length is its samples at their nominal rate; the card's own may be that far off.
constexpr double kRateError = 500e-6;
/// Where a run ends and where the next one begins is known that well ...
constexpr microseconds kDoubt = std::chrono::milliseconds(30);
/// ... and two files that meet at a boundary do meet, unless one between them is gone.
constexpr microseconds kBoundaryDoubt = std::chrono::milliseconds(250);

microseconds LengthOf(const Segment& segment) {
  return std::chrono::round<microseconds>(std::chrono::duration<double>(segment.Duration()));
}

struct Source {
  std::vector<Segment> segments;
  std::vector<Gap> gaps;
};

std::map<std::string, Source> BySource(std::span<const Segment> segments,
                                       std::span<const Gap> gaps) {
  std::map<std::string, Source> sources;
  for (const Segment& segment : segments) {
    if (segment.source.empty() || segment.Duration() <= 0) continue;
    sources[segment.source].segments.push_back(segment);
  }
  for (const Gap& gap : gaps) {
    const auto source = sources.find(gap.source);
    if (source != sources.end() && gap.end > gap.start) source->second.gaps.push_back(gap);
  }
  for (auto& [name, source] : sources) {
    std::sort(source.segments.begin(), source.segments.end(),
              [](const Segment& a, const Segment& b) { return a.start < b.start; });
  }
  return sources;
}

microseconds LostWithin(const std::vector<Gap>& gaps, UtcTime from, UtcTime to) {
  microseconds lost{0};
  for (const Gap& gap : gaps) {
    lost += std::max(microseconds(0), std::min(gap.end, to) - std::max(gap.start, from));
  }
  return lost;
}

/// The holes between segments that the ledger does not explain.
std::vector<MissingTime> UnknownHoles(const Source& source) {
  std::vector<MissingTime> holes;
  UtcTime end = source.segments.front().start;
  for (size_t i = 0; i + 1 < source.segments.size(); ++i) {
    const Segment& segment = source.segments[i];
    const UtcTime next = source.segments[i + 1].start;
    const microseconds length = LengthOf(segment);
    // Audio that was lost inside the file makes it reach further.
    end = std::max(end, segment.start + length + LostWithin(source.gaps, segment.start, next));
    const bool meets = segment.ended == source.segments[i + 1].began;
    const auto doubt =
        std::chrono::round<microseconds>(length * kRateError) + (meets ? kBoundaryDoubt : kDoubt);
    if (next - end <= doubt) continue;
    const auto cause = meets ? std::nullopt : segment.ended;
    holes.push_back({.start = end, .end = next, .cause = cause});
  }
  return holes;
}

/// Of the day, or the part of it, in [from, to).
DayCoverage CoverDay(const std::vector<MissingTime>& gaps, UtcTime from, UtcTime to) {
  DayCoverage day{.expected = to - from};
  UtcTime known = from;
  for (const MissingTime& gap : gaps) {
    MissingTime part = gap;
    part.start = std::max(gap.start, from);
    part.end = std::min(gap.end, to);
    if (part.end <= part.start) continue;
    day.gaps.push_back(part);
    // Gaps may overlap: each moment is missing once.
    day.missing += std::max(microseconds(0), part.end - std::max(part.start, known));
    known = std::max(known, part.end);
  }
  return day;
}

std::string DayName(UtcTime time, const TimeZone& zone) {
  const auto local = std::chrono::floor<std::chrono::seconds>(time) + zone.OffsetAt(time);
  return fmt::format("{:%F}", fmt::gmtime(local.time_since_epoch().count()));
}

}  // namespace

double DayCoverage::Percent() const {
  if (expected <= microseconds(0)) return 100.0;
  return 100.0 * static_cast<double>((expected - missing).count()) /
         static_cast<double>(expected.count());
}

std::vector<DayCoverage> CoverageByDay(std::span<const Segment> segments, std::span<const Gap> gaps,
                                       UtcTime from, UtcTime to, const TimeZone& zone) {
  std::vector<DayCoverage> days;
  for (auto& [name, source] : BySource(segments, gaps)) {
    const Segment& last = source.segments.back();
    const UtcTime begin = std::max(from, source.segments.front().start);
    const UtcTime end = std::min(to, last.start + LengthOf(last));
    std::vector<MissingTime> all = UnknownHoles(source);
    for (const Gap& gap : source.gaps) all.push_back({gap.start, gap.end, gap.cause});
    std::sort(all.begin(), all.end(),
              [](const MissingTime& a, const MissingTime& b) { return a.start < b.start; });
    for (UtcTime at = begin; at < end;) {
      const UtcTime midnight = NextBoundary(at, std::chrono::hours(24), zone);
      DayCoverage day = CoverDay(all, at, std::min(midnight, end));
      day.source = name;
      day.day = DayName(at, zone);
      days.push_back(std::move(day));
      at = midnight;
    }
  }
  return days;
}

}  // namespace isr
