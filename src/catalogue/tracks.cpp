#include "catalogue/tracks.hpp"

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalogue/audio_files.hpp"
#include "level/track_file.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOldAnalysis = ".analysis.json";

/// Not there, or below something that is no folder; whatever else is wrong, it may be there.
bool IsGone(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/// Of the recording called `name`.
TrackFile OpenTrack(const Root& root, const std::string& name) {
  const Fd folder(::open(root.analyses.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return TrackFile(OpenBeneath(folder, name.substr(root.prefix.size()) + kTrackSuffix));
}

}  // namespace

std::vector<FilePlace> ReadPlaces(const Root& root, const std::string& name, std::uint64_t bytes) {
  constexpr std::uint64_t kPlaces = 100;
  const TrackFile track = OpenTrack(root, name);
  const auto place_at = [&](std::uint64_t second) {
    return track.SeekByTime(static_cast<double>(second)).value_or(TrackPosition{});
  };
  std::uint64_t inside = 0;
  std::uint64_t beyond = track.RecordCount() + 1;
  while (beyond - inside > 1) {
    const std::uint64_t middle = inside + (beyond - inside) / 2;
    (place_at(middle).bytes <= bytes ? inside : beyond) = middle;
  }
  std::vector<FilePlace> places;
  for (std::uint64_t i = 1; i <= kPlaces; ++i) {
    const TrackPosition place = place_at(inside * i / kPlaces);
    const std::uint64_t last = places.empty() ? 0 : places.back().bytes;
    if (place.bytes > last && place.bytes <= bytes) places.push_back({place.bytes, place.frames});
  }
  return places;
}

std::optional<FilePlace> ReadPlace(const Root& root, const std::string& name, double seconds) {
  const auto place = OpenTrack(root, name).SeekByTime(seconds);
  if (!place || place->bytes == 0) return std::nullopt;
  return FilePlace{.bytes = place->bytes, .samples = place->frames};
}

std::optional<TrackContents> ReadTrack(const Root& root, const std::string& name) {
  const TrackFile track = OpenTrack(root, name);
  if (track.Kind() != TrackKind::kTrack || !track.Facts()) return std::nullopt;
  TrackContents contents{.segment = track.Facts()->segment};
  contents.segment.name = name;
  if (track.Facts()->gap_before) contents.gaps.push_back(*track.Facts()->gap_before);
  for (const TrackEvent& event : track.Events()) {
    if (const auto* const title = std::get_if<Title>(&event)) {
      contents.titles.push_back(*title);
    } else if (const auto* const inner = std::get_if<InnerGap>(&event)) {
      contents.gaps.push_back(inner->gap);
    }
  }
  return contents;
}

bool HasTrack(const Root& root, const std::string& name) {
  return ::access(root.TrackPathOf(name).c_str(), F_OK) == 0;
}

void ForEachAnalysis(const Root& root, const std::function<bool(const std::string& name)>& visit) {
  const fs::path folder = root.analyses;
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, fs::directory_options::skip_permission_denied,
                                           error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    std::error_code unknown;
    if (!entries->is_regular_file(unknown) || entries->is_symlink(unknown)) continue;
    const std::string name = entries->path().lexically_relative(folder);
    // Where all tracks were put into one folder, those of the other roots lie in folders "@...".
    if (root.prefix.empty() && name.starts_with('@') && name.find('/') != std::string::npos)
      continue;
    if (!visit(name)) return;
  }
}

void ForEachTrack(const Root& root, const std::function<bool(const std::string& name)>& visit) {
  ForEachAnalysis(root, [&](const std::string& file) {
    if (!file.ends_with(kTrackSuffix)) return true;
    const std::string below = file.substr(0, file.size() - std::string_view(kTrackSuffix).size());
    return !IsRecordingName(below) || visit(root.NameOf(below));
  });
}

size_t RemoveOrphanTracks(const Root& root) {
  // First all names: what is removed while a folder is read may hide its neighbours.
  std::vector<std::string> orphans;
  ForEachTrack(root, [&](const std::string& name) {
    if (IsGone(root.PathOf(name))) orphans.push_back(root.TrackPathOf(name));
    return true;
  });
  ForEachAnalysis(root, [&](const std::string& file) {
    if (file.ends_with(kOldAnalysis)) orphans.push_back(root.analyses + "/" + file);
    return true;
  });
  size_t removed = 0;
  for (const std::string& orphan : orphans) {
    if (::unlink(orphan.c_str()) == 0) ++removed;
  }
  return removed;
}

}  // namespace isr
