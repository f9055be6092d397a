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

/// Files below `analyses/`, by their path from there.
void ForEachAnalysis(const std::string& directory,
                     const std::function<bool(const std::string& name)>& visit) {
  const fs::path folder = fs::path(directory) / kTrackFolder;
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, fs::directory_options::skip_permission_denied,
                                           error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    std::error_code unknown;
    if (!entries->is_regular_file(unknown) || entries->is_symlink(unknown)) continue;
    if (!visit(entries->path().lexically_relative(folder))) return;
  }
}

/// Not there, or below something that is no folder; whatever else is wrong, it may be there.
bool IsGone(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

}  // namespace

std::optional<TrackContents> ReadTrack(const Fd& directory, const std::string& name) {
  const TrackFile track(OpenBeneath(directory, TrackNameOf(name)));
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

bool HasTrack(const Fd& directory, const std::string& name) {
  return ::faccessat(directory.Get(), TrackNameOf(name).c_str(), F_OK, 0) == 0;
}

void ForEachTrack(const std::string& directory,
                  const std::function<bool(const std::string& name)>& visit) {
  ForEachAnalysis(directory, [&](const std::string& file) {
    if (!file.ends_with(kTrackSuffix)) return true;
    const std::string name = file.substr(0, file.size() - std::string_view(kTrackSuffix).size());
    return !IsRecordingName(name) || visit(name);
  });
}

size_t RemoveOrphanTracks(const std::string& directory) {
  // First all names: what is removed while a folder is read may hide its neighbours.
  std::vector<std::string> orphans;
  ForEachTrack(directory, [&](const std::string& name) {
    if (IsGone(directory + "/" + name)) orphans.push_back(TrackNameOf(name));
    return true;
  });
  ForEachAnalysis(directory, [&](const std::string& file) {
    if (file.ends_with(kOldAnalysis)) orphans.push_back(kTrackFolder + file);
    return true;
  });
  size_t removed = 0;
  for (const std::string& orphan : orphans) {
    if (::unlink((fs::path(directory) / orphan).c_str()) == 0) ++removed;
  }
  return removed;
}

}  // namespace isr
