#include "http/measurements.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "glib/log.hpp"
#include "worker/measured_track.hpp"

namespace isr {
namespace {

/// A decoder that makes no progress for so long hangs.
constexpr std::chrono::seconds kPatience{10};

/// Who asks next should find the new length; with a disk in trouble, the old one will do.
constexpr std::chrono::seconds kCataloguePatience{5};

std::optional<struct stat> Look(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return facts;
}

std::int64_t ModifiedAt(const struct stat& facts) {
  return std::int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec;
}

}  // namespace

bool Measurements::AreWanted(const Segment& segment) const {
  if (!segment.source.empty() || segment.growing) return false;
  const Root root = roots_.ForName(segment.name);
  const auto audio = Look(root.PathOf(segment.name));
  const auto track = Look(root.TrackPathOf(segment.name));
  return audio && (!track || ModifiedAt(*track) < ModifiedAt(*audio));
}

Measurements::Result Measurements::Measure(const Segment& segment) {
  const std::string& name = segment.name;
  const auto file = Look(roots_.ForName(name).PathOf(name));
  if (!file) return {Outcome::kNoAudio, "it is gone"};
  const std::string state = fmt::format("{}/{}/{}", name, file->st_size, ModifiedAt(*file));
  std::promise<Result> promise;
  std::shared_future<Result> other;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = failed_.find(state); known != failed_.end()) return known->second;
    if (const auto found = under_way_.find(name); found != under_way_.end()) {
      other = found->second;
    } else {
      under_way_.emplace(name, promise.get_future().share());
    }
  }
  if (other.valid()) return other.get();
  const auto forget = [&] {
    const std::lock_guard lock(mutex_);
    under_way_.erase(name);
  };
  try {
    // The one before may have ended between the question and here.
    Result result = AreWanted(segment) ? MeasureNow(name) : Result();
    if (result.outcome != Outcome::kMeasured && !stopping_) {
      const std::lock_guard lock(mutex_);
      failed_.emplace(state, result);
    }
    forget();
    promise.set_value(result);
    return result;
  } catch (...) {
    forget();
    promise.set_exception(std::current_exception());
    throw;
  }
}

Measurements::Result Measurements::MeasureNow(const std::string& name) {
  const Fd audio = OpenRecording(roots_, name);
  if (!audio.IsOpen()) return {Outcome::kNoAudio, "it cannot be opened"};
  const FileLevels levels = MeasureIntoTrack(audio, roots_.ForName(name).TrackPathOf(name),
                                             kPatience, stopping_, OldLevels::kReplaced);
  if (stopping_) return {Outcome::kHangs, "isr is stopping"};
  if (!levels.trouble.empty()) {
    return {levels.hangs ? Outcome::kHangs : Outcome::kNoAudio, levels.trouble};
  }
  LogInfo("http", "{} is measured", name);
  catalogue_.ForeignMeasured(name, levels.rate, levels.frames);
  catalogue_.WaitUntilDone(kCataloguePatience);
  return {};
}

}  // namespace isr
