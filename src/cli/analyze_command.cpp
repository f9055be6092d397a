#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "glib/json.hpp"
#include "level/find_sections.hpp"
#include "level/track_file.hpp"
#include "level/window_grid.hpp"
#include "worker/measured_track.hpp"

namespace isr {
namespace {

constexpr double kWindowsPerSecondOfTime = 10;

/// What is said of a file.
struct Analysis {
  std::string trouble;  ///< empty: none
  double duration = 0;  ///< seconds
  std::vector<Section> sections;
};

/// The folder `analyses` that has, or would have, the track: that of the recordings' directory
/// around the file where there is one, else beside the file.
std::filesystem::path TrackOf(const std::filesystem::path& file) {
  const std::filesystem::path own = std::filesystem::absolute(file).lexically_normal();
  for (auto folder = own.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    std::filesystem::path track =
        folder / "analyses" / (own.lexically_relative(folder).string() + kTrackSuffix);
    if (std::filesystem::exists(track)) return track;
  }
  return own.parent_path() / "analyses" / (own.filename().string() + kTrackSuffix);
}

struct StoredLevels {
  double duration = 0;
  std::vector<std::int16_t> detection;
};

/// Those of a track that has one for every window and is no older than its file.
std::optional<StoredLevels> ReadTrack(const std::filesystem::path& path,
                                      const std::filesystem::path& file) {
  std::error_code error;
  const auto track_time = std::filesystem::last_write_time(path, error);
  if (error || track_time < std::filesystem::last_write_time(file, error)) return std::nullopt;
  const TrackFile track(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
  if (track.Kind() != TrackKind::kTrack) return std::nullopt;
  StoredLevels stored{.detection = track.Levels().detection};
  const bool is_whole =
      !stored.detection.empty() && stored.detection.size() == track.WindowCount() &&
      std::find(stored.detection.begin(), stored.detection.end(), kMissingLevel) ==
          stored.detection.end();
  if (!is_whole) return std::nullopt;
  const auto& facts = track.Facts();
  stored.duration = facts.has_value() && facts->segment.frames > 0
                        ? facts->segment.Duration()
                        : static_cast<double>(stored.detection.size()) / kWindowsPerSecondOfTime;
  return stored;
}

/// Of a file that is being recorded: an isr has its track open, and locked.
bool IsGrowing(const std::filesystem::path& track) {
  const Fd fd(::open(track.c_str(), O_RDONLY | O_CLOEXEC));
  return fd.IsOpen() && ::flock(fd.Get(), LOCK_EX | LOCK_NB) != 0;
}

Analysis Analyze(const std::filesystem::path& file, const Arguments& arguments) {
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.IsOpen()) return {.trouble = SystemError("cannot be opened", errno).what()};
  const std::filesystem::path track = TrackOf(file);
  std::optional<StoredLevels> stored;
  if (!arguments.refresh) stored = ReadTrack(track, file);
  if (!stored.has_value()) {
    const std::atomic<bool> never = false;
    const std::chrono::milliseconds patience(std::llround(arguments.patience * 1000));
    const FileLevels levels =
        IsGrowing(track) ? MeasureFile(fd, patience, never)
                         : MeasureIntoTrack(fd, track, patience, never, OldLevels::kReplaced);
    if (!levels.trouble.empty()) return {.trouble = levels.trouble};
    stored = StoredLevels{.duration = levels.Duration()};
    for (const LevelWindow& window : levels.windows) stored->detection.push_back(window.detection);
  }
  const DetectorOptions options{
      .margin = arguments.margin.value_or(DetectorOptions().margin),
      .min_gap = arguments.min_gap
                     ? std::chrono::milliseconds(std::llround(*arguments.min_gap * 1000))
                     : DetectorOptions().min_gap};
  return {.duration = stored->duration, .sections = FindSections({}, stored->detection, options)};
}

double StartOf(const Section& section) {
  return static_cast<double>(section.start) / kWindowsPerSecondOfTime;
}

double EndOf(const Section& section, double duration) {
  return std::min(static_cast<double>(section.end) / kWindowsPerSecondOfTime, duration);
}

void PrintJson(const std::string& file, const Analysis& analysis) {
  JsonWriter json;
  json.BeginObject().Name("file").String(file).Name("duration").Number(analysis.duration);
  json.Name("sections").BeginArray();
  for (const Section& section : analysis.sections) {
    json.BeginObject()
        .Name("start")
        .Number(StartOf(section))
        .Name("end")
        .Number(EndOf(section, analysis.duration))
        .Name("score")
        .Number(section.score)
        .Name("prominence")
        .Number(section.prominence)
        .EndObject();
  }
  json.EndArray().EndObject();
  fmt::print("{}\n", json.Text());
}

void PrintTable(const std::string& file, const Analysis& analysis) {
  fmt::print("{}: {:.1f} s, {} sections\n", file, analysis.duration, analysis.sections.size());
  for (const Section& section : analysis.sections) {
    fmt::print("  {:>9.1f} s to {:>9.1f} s  {:>5.1f} dB over the noise floor\n", StartOf(section),
               EndOf(section, analysis.duration), section.score);
  }
}

/// Analyses all files, as many at a time as there are cores, and prints them in their order.
class Analyzer {
 public:
  explicit Analyzer(const Arguments& arguments) : arguments_(arguments) {}

  bool Run() {
    const std::vector<std::string>& files = arguments_.sources;
    results_.resize(files.size());
    std::vector<std::thread> threads;
    const size_t count = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 16);
    for (size_t i = 0; i < std::min(count, files.size()); ++i) {
      threads.emplace_back([&] {
        for (size_t at = next_++; at < files.size(); at = next_++)
          Finish(at, AnalyzeOne(files[at]));
      });
    }
    for (std::thread& thread : threads) thread.join();
    if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
    return !failed_;
  }

 private:
  Analysis AnalyzeOne(const std::string& file) const noexcept {
    try {
      return Analyze(file, arguments_);
    } catch (const std::exception& error) {
      return {.trouble = Describe(error)};
    }
  }

  void Finish(size_t at, Analysis analysis) {
    const std::lock_guard lock(mutex_);
    results_[at] = std::move(analysis);
    for (; printed_ < results_.size() && results_[printed_].has_value(); ++printed_) {
      Print(arguments_.sources[printed_], *results_[printed_]);
    }
    ++done_;
    if (::isatty(STDERR_FILENO) != 0) {
      fmt::print(stderr, "\r{} of {} files", done_, results_.size());
    }
  }

  void Print(const std::string& file, const Analysis& analysis) {
    if (!analysis.trouble.empty()) {
      failed_ = true;
      fmt::print(stderr, "isr: {}: {}\n", file, analysis.trouble);
    } else if (arguments_.json) {
      PrintJson(file, analysis);
    } else {
      PrintTable(file, analysis);
    }
    std::fflush(stdout);
  }

  const Arguments& arguments_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  std::vector<std::optional<Analysis>> results_;  // protected by mutex_
  size_t printed_ = 0;                            // protected by mutex_
  size_t done_ = 0;                               // protected by mutex_
  bool failed_ = false;                           // protected by mutex_
};

}  // namespace

int AnalyzeCommand(const Arguments& arguments) {
  return Analyzer(arguments).Run() ? kExitOk : kExitDataError;
}

}  // namespace isr
