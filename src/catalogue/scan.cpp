#include "catalogue/scan.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "catalogue/audio_files.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

constexpr int kMaxDepth = 32;  // deeper is an accident, and each level holds a descriptor

class Walk {
 public:
  explicit Walk(const Root& root) : root_(root), directory_(OpenDirectory(root.directory)) {}

  FoundFiles Run() {
    // A description of its own: reading a directory moves its position.
    Enter(Fd(::openat(directory_.Get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), "", 0);
    return std::move(found_);
  }

 private:
  void Enter(Fd folder, const std::string& prefix, int depth) {
    if (!folder.IsOpen() || depth > kMaxDepth) {
      LogWarning("catalogue", "cannot look into folder '{}': {}; its new files are not listed",
                 root_.NameOf(prefix), depth > kMaxDepth ? "too deep" : g_strerror(errno));
      found_.unread.push_back(root_.NameOf(prefix));
      return;
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(folder.Get()), ::closedir);
    if (entries == nullptr) return;
    const int fd = folder.Release();  // closed with `entries`
    while (const dirent* const entry = ::readdir(entries.get())) {
      const std::string component = entry->d_name;
      if (component.front() != '.') Visit(fd, component, prefix, depth);
    }
  }

  void Visit(int folder, const std::string& component, const std::string& prefix, int depth) {
    struct stat facts {};
    if (::fstatat(folder, component.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) return;
    const std::string name = prefix + component;
    if (S_ISDIR(facts.st_mode)) {
      if (name == "analyses") return;
      Enter(
          Fd(::openat(folder, component.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)),
          name + '/', depth + 1);
      return;
    }
    if (!IsRecordingName(name)) return;
    if (S_ISLNK(facts.st_mode)) {
      const Fd target = OpenBeneath(directory_, name);
      if (!target.IsOpen() || ::fstat(target.Get(), &facts) != 0) return;
    }
    // Without a byte it is what a crash left, or what is about to come.
    if (!S_ISREG(facts.st_mode) || facts.st_size == 0) return;
    const auto modified = std::chrono::seconds(facts.st_mtim.tv_sec) +
                          std::chrono::microseconds(facts.st_mtim.tv_nsec / 1000);
    found_.files.push_back({root_.NameOf(name), facts.st_size, UtcTime(modified)});
  }

  const Root root_;
  const Fd directory_;
  FoundFiles found_;
};

bool IsBelowAny(std::span<const std::string> folders, std::string_view name) {
  return std::any_of(folders.begin(), folders.end(),
                     [name](const std::string& folder) { return name.starts_with(folder); });
}

Segment ForeignSegment(const FoundFile& file, std::chrono::seconds utc_offset) {
  Segment segment;
  segment.name = file.name;
  segment.format = ExtensionOf(file.name);
  segment.start = file.modified;
  segment.utc_offset = utc_offset;
  segment.bytes = file.bytes;
  return segment;
}

/// Whether all is known of it that ever will be.
bool IsComplete(const Segment& row) {
  return row.source.empty() || (!row.growing && row.ended.has_value());
}

/// As it lies there now. Whatever wrote it does so no more.
Segment Ended(Segment segment, const FoundFile& file) {
  if (!IsComplete(segment)) segment.ended = Cause::kCrash;
  segment.growing = false;
  segment.bytes = file.bytes;
  return segment;
}

}  // namespace

FoundFiles FindAudioFiles(const Root& root) {
  return Walk(root).Run();
}

ScanResult CompareWithFiles(const FoundFiles& found, std::span<const Segment> rows,
                            const ScanSenses& senses) {
  std::unordered_map<std::string, const FoundFile*> to_do;
  for (const FoundFile& file : found.files) {
    if (!senses.is_recording(file.name)) to_do.emplace(file.name, &file);
  }
  ScanResult result;
  const auto add = [&](const FoundFile& file, Segment otherwise) {
    if (auto track = senses.read_track(file.name)) {
      otherwise = track->segment;
      result.tracks.push_back(*std::move(track));
    }
    result.changed.push_back(Ended(std::move(otherwise), file));
  };
  for (const Segment& row : rows) {
    if (senses.is_recording(row.name)) continue;
    const auto file = to_do.find(row.name);
    if (file == to_do.end()) {
      if (!IsBelowAny(found.unread, row.name)) result.vanished.push_back(row.name);
      continue;
    }
    const bool is_other_foreign_file = row.source.empty() && row.bytes != file->second->bytes;
    if (is_other_foreign_file) continue;  // made anew below
    if (!IsComplete(row)) add(*file->second, row);
    to_do.erase(file);
  }
  for (const auto& [name, file] : to_do) {
    add(*file, ForeignSegment(*file, senses.local_offset(file->modified)));
  }
  return result;
}

bool LooksUnmounted(const FoundFiles& found, std::span<const Segment> rows,
                    const std::function<bool(const std::string&)>& is_recording,
                    const std::function<bool(const std::string&)>& has_track) {
  std::unordered_set<std::string_view> files;
  for (const FoundFile& file : found.files) files.insert(file.name);
  bool is_any_missing = false;
  for (const Segment& row : rows) {
    if (is_recording(row.name) || !IsComplete(row)) continue;
    if (files.contains(row.name) || has_track(row.name)) return false;
    is_any_missing = true;
  }
  return is_any_missing;
}

}  // namespace isr
