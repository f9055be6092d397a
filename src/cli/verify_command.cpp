#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <thread>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include "app/coverage.hpp"
#include "app/recording_roots.hpp"
#include "base/error.hpp"
#include "catalogue/reader.hpp"
#include "catalogue/roots.hpp"
#include "cli/commands.hpp"
#include "cli/load.hpp"
#include "http/time_text.hpp"
#include "worker/file_check.hpp"

namespace isr {
namespace {

using std::chrono::microseconds;

/// A lossy decoder may give a few frames more or less than went in; PCM and FLAC are to the sample.
constexpr double kLossyDoubt = 0.2;

struct Span {
  UtcTime from = UtcTime::min();
  UtcTime to = UtcTime::max();
};

UtcTime TimeOption(const char* option, const std::string& text, UtcTime otherwise) {
  if (text.empty()) return otherwise;
  if (const auto time = ParseTime(text)) return *time;
  throw UsageError(
      fmt::format("{} must be a time like 2026-11-21 or 2026-11-21T14:00, not '{}'", option, text));
}

microseconds LengthOf(const Segment& segment) {
  return std::chrono::round<microseconds>(std::chrono::duration<double>(segment.Duration()));
}

/// Those that reach into the span, oldest first.
std::vector<Segment> SegmentsIn(CatalogueReader& catalogue, const Span& span) {
  SegmentFilter filter;
  if (span.to != UtcTime::max()) filter.to = span.to;
  std::vector<Segment> segments = catalogue.ListSegments(filter);
  std::erase_if(segments, [&](const Segment& segment) {
    return span.from != UtcTime::min() && segment.start + LengthOf(segment) < span.from;
  });
  std::reverse(segments.begin(), segments.end());
  return segments;
}

bool IsLossless(const Segment& segment) {
  return segment.format == "wav" || segment.format == "flac";
}

/// Whether as much came out as was recorded, where that is known.
void CompareLength(const Segment& segment, FileCheck& check) {
  if (check.outcome != FileCheck::Outcome::kGood || segment.Duration() <= 0) return;
  const bool is_right = IsLossless(segment)
                            ? check.frames == segment.frames
                            : std::abs(check.duration - segment.Duration()) <= kLossyDoubt;
  if (is_right) return;
  check.outcome = FileCheck::Outcome::kDamaged;
  check.reason =
      fmt::format("holds {:.3f} s of the {:.3f} s recorded", check.duration, segment.Duration());
}

/// Decodes all files, as many at a time as there are cores.
class Verifier {
 public:
  Verifier(const Roots& roots, std::chrono::milliseconds patience)
      : roots_(roots), patience_(patience) {}

  std::vector<FileCheck> Check(const std::vector<Segment>& segments) {
    std::vector<FileCheck> checks(segments.size());
    std::vector<std::thread> threads;
    const size_t count = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 16);
    for (size_t i = 0; i < std::min(count, segments.size()); ++i) {
      threads.emplace_back([&] {
        for (size_t at = next_++; at < segments.size(); at = next_++) {
          checks[at] = CheckOne(segments[at]);
          ShowProgress(segments.size());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    if (::isatty(STDERR_FILENO) != 0 && !segments.empty()) fmt::print(stderr, "\n");
    return checks;
  }

 private:
  FileCheck CheckOne(const Segment& segment) const noexcept {
    try {
      const Fd file = OpenRecording(roots_, segment.name);
      if (!file.IsOpen()) return {.reason = "cannot be opened"};
      FileCheck check = CheckFile(file, patience_);
      CompareLength(segment, check);
      return check;
    } catch (const std::exception& error) {
      return {.outcome = FileCheck::Outcome::kUnchecked, .reason = Describe(error)};
    }
  }

  void ShowProgress(size_t all) {
    if (::isatty(STDERR_FILENO) == 0) return;
    const std::lock_guard lock(mutex_);
    fmt::print(stderr, "\r{} of {} files", ++done_, all);
    std::fflush(stderr);
  }

  const Roots& roots_;
  const std::chrono::milliseconds patience_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  size_t done_ = 0;  // protected by mutex_
};

std::string LengthText(microseconds length) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(length).count();
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/// Never 100 with something missing.
std::string PercentText(const DayCoverage& day) {
  const double shown = std::floor(day.Percent() * 1000) / 1000;
  return fmt::format("{:.3f} %", shown);
}

void PrintCoverage(const std::vector<DayCoverage>& days) {
  size_t width = 6;
  for (const DayCoverage& day : days) width = std::max(width, day.source.size());
  fmt::print("{:<{}}  {:<10}  {:>9}  {:>9}  {}\n", "SOURCE", width, "DAY", "COVERAGE", "RECORDED",
             "MISSING");
  for (const DayCoverage& day : days) {
    fmt::print("{:<{}}  {}  {:>9}  {:>9}  {:.3f} s\n", day.source, width, day.day, PercentText(day),
               LengthText(day.expected - day.missing),
               std::chrono::duration<double>(day.missing).count());
    for (const MissingTime& gap : day.gaps) {
      fmt::print("  {}  {:.3f} s  {}\n",
                 FormatLocalTime(gap.start, LocalTimeZone().OffsetAt(gap.start)),
                 std::chrono::duration<double>(gap.end - gap.start).count(),
                 gap.cause ? ToWord(*gap.cause) : "unknown");
    }
  }
}

int PrintFiles(const std::vector<Segment>& segments, const std::vector<FileCheck>& checks) {
  const auto count = [&](FileCheck::Outcome outcome) {
    return std::count_if(checks.begin(), checks.end(),
                         [&](const FileCheck& check) { return check.outcome == outcome; });
  };
  const auto print = [&](FileCheck::Outcome outcome, const char* word) {
    for (size_t i = 0; i < checks.size(); ++i) {
      if (checks[i].outcome != outcome) continue;
      fmt::print("{}: {}: {}\n", word, segments[i].name, checks[i].reason);
    }
  };
  fmt::print("\n");
  print(FileCheck::Outcome::kUnchecked, "not checked");
  print(FileCheck::Outcome::kDamaged, "damaged");
  const auto damaged = count(FileCheck::Outcome::kDamaged);
  const auto unchecked = count(FileCheck::Outcome::kUnchecked);
  fmt::print("{} files decoded, {} damaged, {} not checked\n",
             count(FileCheck::Outcome::kGood) + damaged, damaged, unchecked);
  if (damaged > 0) return kExitDataError;
  return unchecked > 0 ? kExitUnavailable : kExitOk;
}

}  // namespace

int VerifyCommand(const Arguments& arguments) {
  const Span span{.from = TimeOption("--from", arguments.from, UtcTime::min()),
                  .to = TimeOption("--to", arguments.to, UtcTime::max())};
  const Settings settings = LoadSettings(arguments);
  const Roots roots(RootsOf(settings, ""));
  CatalogueReader catalogue(settings.state_directory + "/catalogue.db");
  std::vector<Segment> segments = SegmentsIn(catalogue, span);
  const std::vector<Gap> gaps = catalogue.ListGaps(span.from, span.to, "");
  const auto days = CoverageByDay(segments, gaps, span.from, span.to, LocalTimeZone());
  // Those that grow are decoded when they are whole.
  std::erase_if(segments, [](const Segment& segment) { return segment.growing; });
  const auto checks =
      Verifier(roots, std::chrono::milliseconds(std::llround(arguments.patience * 1000)))
          .Check(segments);
  PrintCoverage(days);
  return PrintFiles(segments, checks);
}

}  // namespace isr
