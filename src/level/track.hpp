#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/segment.hpp"

namespace isr {

/// A level that is not there: not measured, or lost on the way.
constexpr std::int16_t kMissingLevel = std::numeric_limits<std::int16_t>::min();

/// 100 ms of audio, in hundredths of dBFS over all channels.
struct LevelWindow {
  std::int16_t rms = kMissingLevel;
  std::int16_t detection = kMissingLevel;  ///< of the audio as the detector hears it
  std::int16_t peak = kMissingLevel;

  bool operator==(const LevelWindow&) const = default;
};

constexpr std::size_t kWindowsPerSecond = 10;

/// The levels of many windows, one behind the other; kMissingLevel where there is none.
struct TrackLevels {
  std::vector<std::int16_t> rms;
  std::vector<std::int16_t> detection;  ///< what a Detector is given
  std::vector<std::int16_t> peak;

  std::size_t Size() const { return rms.size(); }
};

/// A place in the audio file where a frame, a page or a buffer begins.
struct TrackPosition {
  std::uint64_t bytes = 0;   ///< from the start of the file
  std::uint64_t frames = 0;  ///< sample frames before it

  bool operator==(const TrackPosition&) const = default;
};

/// One second of a file.
struct TrackRecord {
  std::array<LevelWindow, kWindowsPerSecond> windows;
  std::optional<TrackPosition> reached;  ///< the last place at or before the end of this second

  bool operator==(const TrackRecord&) const = default;
};

/// What is known of the file as a whole.
struct TrackFacts {
  Segment segment;                ///< growing: the end is not known
  std::optional<Gap> gap_before;  ///< between the source's file before and this one
};

/// Audio lost in the middle of a file.
struct InnerGap {
  std::uint64_t frame = 0;    ///< of the file, the first after it
  std::uint64_t missing = 0;  ///< frames
  Gap gap;
};

/// The wall clock was set while the file was recorded.
struct ClockStep {
  std::uint64_t frame = 0;  ///< of the file
  std::chrono::microseconds by{};
};

/// What happened in the course of a file.
using TrackEvent = std::variant<Title, InnerGap, ClockStep>;

/// Bytes of a track and where they go in its file.
struct TrackPiece {
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> bytes;
};

/// What a track's name adds to that of its recording.
constexpr const char* kTrackSuffix = ".isr";

}  // namespace isr
