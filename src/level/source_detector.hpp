#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>

#include "base/clock.hpp"
#include "level/detector.hpp"

namespace isr {

/// A window of a source, or what lies right behind one.
struct SourcePlace {
  std::int64_t file = 0;    ///< how many BeginFile there were before its own
  std::int64_t window = 0;  ///< of the file
  UtcTime time{};           ///< of its first frame

  bool operator==(const SourcePlace&) const = default;
};

/// A section of a source; it may go on over a file's end.
struct SourceSection {
  SourcePlace start;
  SourcePlace end;        ///< behind its last window, in the file of that
  double score = 0;       ///< see Section
  double prominence = 0;  ///< see Section

  bool operator==(const SourceSection&) const = default;
};

/// Finds the sections of a source in the levels of its files, one file after the other: files that
/// follow on each other are one sequence, and time between them counts as missing windows. The
/// daemon finds them so while it records, and a day's review from the tracks. One thread at a time.
class SourceDetector {
 public:
  using Handler = std::function<void(const SourceSection&)>;

  /// As Detector's handlers: of `begin` only what is known by then. Either may be empty.
  SourceDetector(const DetectorOptions& options, Handler begin, Handler end);
  SourceDetector(const SourceDetector&) = delete;
  SourceDetector& operator=(const SourceDetector&) = delete;

  /// The next file begins at `start`. To be called before the first window.
  void BeginFile(UtcTime start);
  /// The next windows of the file: of detection, hundredths of dB.
  void Push(std::span<const std::int16_t> levels) { detector_.Push(levels); }
  /// So many of its windows are missing.
  void Skip(std::int64_t windows) { detector_.Skip(windows); }
  /// Until that time no file begins.
  void Pass(UtcTime until);
  void Finish() { detector_.Finish(); }
  bool IsOpen() const { return detector_.IsOpen(); }
  /// As Detector's.
  std::int16_t Floor() const { return detector_.Floor(); }

  /// Windows of the last file so far, and of the time after it that has passed. There is a file.
  std::int64_t Windows() const { return detector_.Windows() - files_.back().begin; }

 private:
  struct File {
    std::int64_t begin = 0;  ///< windows of the source before it
    UtcTime start{};
  };

  /// A section that began before so many files begins with the oldest of them.
  static constexpr std::size_t kMostFiles = 64;

  std::function<void(const Section&)> Placed(Handler handler) const;
  void SkipUntil(std::int64_t window);
  SourceSection Place(const Section& section) const;
  SourcePlace PlaceOf(std::int64_t window) const;

  const std::chrono::milliseconds window_;
  std::deque<File> files_;       ///< the last ones
  std::int64_t files_gone_ = 0;  ///< before them
  Detector detector_;
};

}  // namespace isr
