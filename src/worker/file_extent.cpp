#include "worker/file_extent.hpp"

#include <cstdio>

#include "worker/file_levels.hpp"
#include "worker/stretch_process.hpp"

namespace isr {
namespace {

constexpr double kLongest = 1e6;  // seconds; so long is a clip of a file that does not say

/// What the file says. Nothing: nobody reads it. All that can be: it does not say.
std::optional<FileExtent> SaidBy(const Fd& file, std::chrono::milliseconds patience,
                                 const std::atomic<bool>& stop) {
  constexpr std::chrono::milliseconds kSlice{200};
  StretchProcess clip(file, {"clip", Nanoseconds(0), Nanoseconds(kLongest)});
  auto outcome = StretchProcess::Outcome::kHangs;
  for (std::chrono::milliseconds waited{0}; waited < patience && !stop; waited += kSlice) {
    outcome = clip.Begin(kSlice);
    if (outcome != StretchProcess::Outcome::kHangs) break;
  }
  long long frames = 0;
  FileExtent extent;
  if (outcome != StretchProcess::Outcome::kFacts ||
      std::sscanf(clip.Text().c_str(), "audio %d %*d %*d %lld", &extent.rate, &frames) != 2) {
    return std::nullopt;
  }
  extent.frames = frames;
  return extent;
}

}  // namespace

std::optional<FileExtent> ExtentOf(const Fd& file, std::chrono::milliseconds patience,
                                   const std::atomic<bool>& stop) {
  const auto said = SaidBy(file, patience, stop);
  if (!said || said->frames < static_cast<std::int64_t>(kLongest * said->rate)) return said;
  const FileLevels levels = MeasureFile(file, patience, stop);
  if (!levels.trouble.empty()) return std::nullopt;
  return FileExtent{levels.rate, levels.frames};
}

}  // namespace isr
