#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "level/track.hpp"

namespace isr {

/// A stretch of audio that stands out, in windows.
struct Section {
  std::int64_t start = 0;  ///< the first window
  std::int64_t end = 0;    ///< the first one behind it
  double score = 0;        ///< dB, of the loudest window over the noise floor of its time
  double prominence = 0;   ///< dB, of the loudest window over what the quietest fifth had before it

  bool operator==(const Section&) const = default;
};

/// How sections are found.
struct DetectorOptions {
  enum class Rule {
    kAdaptive,    ///< the noise floor follows the last minute of what is no section
    kPercentile,  ///< the noise floor is a percentile of each half minute by itself
  };
  Rule rule = Rule::kAdaptive;
  double margin = 12;                       ///< dB over the noise floor, > 0
  std::chrono::milliseconds min_gap{2000};  ///< sections closer than this are one, >= 0
  std::chrono::milliseconds window{100};    ///< of a level

  // Of the noise floor.
  double percentile = 20;                          ///< 0 to 100
  std::chrono::milliseconds adaptive_span{60000};  ///< of background
  std::chrono::milliseconds block{30000};          ///< of the percentile rule
  /// Adaptive: how far below the 90th percentile of the background the floor may lie, dB: in a
  /// background that swings by itself, that much of the swing is no event.
  double swing = 3;
  /// Adaptive: what lasts longer is the new background.
  std::chrono::milliseconds hold{60000};

  bool operator==(const DetectorOptions&) const = default;
};

/// Finds sections in a sequence of levels, one for each window. What it says depends on nothing
/// else, least of all on when a level comes: levels of a live source and those that were stored
/// give the same sections.
///
/// The first 10 s of a source, and those after a gap of more than a minute, are judged together.
/// Else a section is known to begin with the first window that is loud enough; its start lies up to
/// a second before. (Percentile rule: both are known when a block is complete.) Its end is known
/// `min_gap` after it. The end of a file means nothing: files that follow on each other are one
/// sequence. One thread at a time.
class Detector {
 public:
  struct Handlers {
    /// A section has begun: `start`, and what is known of the others so far.
    std::function<void(const Section&)> begin;
    /// It has ended, and this is all of it.
    std::function<void(const Section&)> end;
  };

  Detector(const DetectorOptions& options, Handlers handlers);
  ~Detector();

  /// The next window. `level`: of detection, in hundredths of dB; kMissingLevel: it is not there.
  void Push(std::int16_t level);
  void Push(std::span<const std::int16_t> levels);
  /// That many windows are not there, be it years of them.
  void Skip(std::int64_t windows);
  /// Nothing comes any more: what is open ends here.
  void Finish();

  /// Windows so far, missing ones too.
  std::int64_t Windows() const;
  /// The noise floor that the next level will be held against, hundredths of dB. Missing while
  /// there is none yet.
  std::int16_t Floor() const;
  /// A section has begun and not ended.
  bool IsOpen() const;

 private:
  class Rule;
  class Adaptive;
  class Percentile;
  std::unique_ptr<Rule> rule_;
};

}  // namespace isr
