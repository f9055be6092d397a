#include "catalogue/scan.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <unordered_map>
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
  explicit Walk(const std::string& directory) : root_(OpenDirectory(directory)) {}

  FoundFiles Run() {
    // A description of its own: reading a directory moves its position.
    Enter(Fd(::openat(root_.Get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), "", 0);
    return std::move(found_);
  }

 private:
  void Enter(Fd folder, const std::string& prefix, int depth) {
    if (!folder.IsOpen() || depth > kMaxDepth) {
      LogWarning("catalogue", "cannot look into folder '{}': {}; its new files are not listed",
                 prefix, depth > kMaxDepth ? "too deep" : g_strerror(errno));
      found_.unread.push_back(prefix);
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
      const Fd target = OpenBeneath(root_, name);
      if (!target.IsOpen() || ::fstat(target.Get(), &facts) != 0) return;
    }
    if (!S_ISREG(facts.st_mode)) return;
    const auto modified = std::chrono::seconds(facts.st_mtim.tv_sec) +
                          std::chrono::microseconds(facts.st_mtim.tv_nsec / 1000);
    found_.files.push_back({name, facts.st_size, UtcTime(modified)});
  }

  const Fd root_;
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

}  // namespace

FoundFiles FindAudioFiles(const std::string& directory) {
  return Walk(directory).Run();
}

ScanResult CompareWithFiles(const FoundFiles& found, std::span<const Segment> rows,
                            const std::function<bool(const std::string&)>& is_recording,
                            const std::function<std::chrono::seconds(UtcTime)>& local_offset) {
  std::unordered_map<std::string, const FoundFile*> without_row;
  for (const FoundFile& file : found.files) {
    if (!is_recording(file.name)) without_row.emplace(file.name, &file);
  }
  ScanResult result;
  for (const Segment& row : rows) {
    if (is_recording(row.name)) continue;
    const auto file = without_row.find(row.name);
    if (file == without_row.end()) {
      if (!IsBelowAny(found.unread, row.name)) result.vanished.push_back(row.name);
      continue;
    }
    const std::int64_t bytes = file->second->bytes;
    const bool is_other_foreign_file = row.source.empty() && row.bytes != bytes;
    if (is_other_foreign_file) continue;  // stays without a row: made anew below
    without_row.erase(file);
    if (!row.growing) continue;
    Segment crashed = row;
    crashed.growing = false;
    crashed.ended = Cause::kCrash;
    crashed.bytes = bytes;
    result.changed.push_back(std::move(crashed));
  }
  for (const auto& [name, file] : without_row) {
    result.changed.push_back(ForeignSegment(*file, local_offset(file->modified)));
  }
  return result;
}

}  // namespace isr
