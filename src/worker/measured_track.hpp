#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "base/fd.hpp"
#include "level/track_file.hpp"
#include "worker/file_levels.hpp"

namespace isr {

enum class OldLevels {
  kStay,      ///< only what is missing is made
  kReplaced,  ///< of a track without facts nothing stays
};

/// Measures a file and keeps the levels in its track, which is made, with its folder, where there
/// is none. The track must be one that nobody writes. Where there is trouble it stays as it was.
/// Waits. Throws Error when there can be no process or no track.
FileLevels MeasureIntoTrack(const Fd& audio, const std::string& track,
                            std::chrono::milliseconds patience, const std::atomic<bool>& stop,
                            OldLevels old);

/// Whether windows of the file have no level. Not where there is no track.
bool LacksLevels(const TrackFile& track);

}  // namespace isr
