#include "catalogue/removal.hpp"

#include <cerrno>
#include <filesystem>

#include <sys/file.h>
#include <unistd.h>

#include "base/error.hpp"
#include "catalogue/audio_files.hpp"
#include "catalogue/mark_files.hpp"

namespace isr {
namespace {

/// The folders of `name` below `directory`, from the innermost on, as long as they are empty.
void RemoveEmptyFolders(const std::string& directory, const std::string& name) {
  for (auto folder = std::filesystem::path(name).parent_path(); !folder.empty();
       folder = folder.parent_path()) {
    if (::rmdir((directory / folder).c_str()) != 0) return;
  }
}

}  // namespace

Removal RemoveRecording(const Roots& roots, const std::string& name) {
  const Fd file = OpenRecording(roots, name);
  if (!file.IsOpen()) return Removal::kNoSuchRecording;
  if (::flock(file.Get(), LOCK_EX | LOCK_NB) != 0) return Removal::kInUse;
  const Root root = roots.ForName(name);
  const std::string below = name.substr(root.prefix.size());
  if (!RemoveBeneath(OpenDirectory(root.directory), below)) {
    throw SystemError("cannot delete '" + name + "'", errno);
  }
  ::unlink(root.TrackPathOf(name).c_str());
  RemoveMarks(root, name);
  RemoveEmptyFolders(root.directory, below);
  RemoveEmptyFolders(root.analyses, below);
  return Removal::kRemoved;
}

}  // namespace isr
