#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>

#include "level/source_detector.hpp"
#include "model/segment.hpp"

namespace isr {

/// Finds what happens in a source while it is recorded, from the levels of its files. These come
/// when they come, those of coded streams after the file's end, in order of the files; what comes
/// too late for that is left out. One thread at a time.
class EventFinder {
 public:
  /// As those of SourceDetector.
  EventFinder(const DetectorOptions& options, SourceDetector::Handler begin,
              SourceDetector::Handler end);

  /// A file was begun.
  void Began(const Segment& segment);
  /// `levels`: of detection, from that window of that file on.
  void Heard(const std::string& name, std::int64_t window, std::span<const std::int16_t> levels);
  /// Nothing was recorded between the last file and then.
  void Pass(UtcTime until) { detector_.Pass(until); }
  /// What is open ends here.
  void Finish() { detector_.Finish(); }
  /// The noise floor, hundredths of dB; missing while it is not known.
  std::int16_t Floor() const { return detector_.Floor(); }

 private:
  struct File {
    std::string name;
    UtcTime start{};
  };

  SourceDetector detector_;
  std::string current_;     ///< the file whose levels came last
  std::deque<File> files_;  ///< behind it, the last ones
};

}  // namespace isr
