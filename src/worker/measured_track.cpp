#include "worker/measured_track.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "level/track_bytes.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;

/// Which windows of the file have no level. None where there is no track.
std::vector<bool> MissingWindows(const TrackFile& track) {
  if (track.Kind() != TrackKind::kTrack) return {};
  const std::vector<std::int16_t> levels = track.Levels().rms;
  std::vector<bool> missing(track.WindowCount(), true);
  std::transform(levels.begin(), levels.end(), missing.begin(),
                 [](std::int16_t level) { return level == kMissingLevel; });
  return missing;
}

TrackFile Open(const std::string& path) {
  return TrackFile(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
}

void MakeFolderOf(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw SystemError("cannot make '" + folder.string() + "'", error.value());
}

}  // namespace

bool LacksLevels(const TrackFile& track) {
  const std::vector<bool> missing = MissingWindows(track);
  return std::find(missing.begin(), missing.end(), true) != missing.end();
}

FileLevels MeasureIntoTrack(const Fd& audio, const std::string& track,
                            std::chrono::milliseconds patience, const std::atomic<bool>& stop,
                            OldLevels old) {
  FileLevels levels = MeasureFile(audio, patience, stop);
  if (stop || !levels.trouble.empty()) return levels;
  const TrackFile before = Open(track);
  std::vector<LevelWindow> windows = levels.windows;
  if (old == OldLevels::kStay) {
    const std::vector<bool> missing = MissingWindows(before);
    windows.resize(std::min(windows.size(), missing.size()));
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (!missing[i]) windows[i] = {};
    }
  }
  const bool is_worth_keeping = old == OldLevels::kStay || before.Facts().has_value();
  MakeFolderOf(track);
  WriteFileAtomically(track, TrackWithLevels(is_worth_keeping ? ReadWholeFile(track) : "", windows),
                      Durability::kVolatile);
  return levels;
}

}  // namespace isr
