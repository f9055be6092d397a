#include "base/atomic_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace isr {
namespace {

void WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw SystemError("cannot write '" + path + "'", errno);
    content.remove_prefix(static_cast<size_t>(written));
  }
}

std::string FolderOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

/// Does nothing for anybody but root.
void GiveToOwnerOf(const std::string& directory, int fd) {
  struct stat info {};
  if (::geteuid() != 0) return;
  if (::stat(directory.c_str(), &info) != 0 || ::fchown(fd, info.st_uid, info.st_gid) != 0) {
    throw SystemError("cannot give a file to the owner of '" + directory + "'", errno);
  }
}

}  // namespace

void WriteFileAtomically(const std::string& path, std::string_view content, Durability durability,
                         Readers readers) {
  const std::string temporary = path + ".tmp";
  const bool is_private = readers == Readers::kOwner;
  // Never through a link that somebody else put there: root may be writing.
  ::unlink(temporary.c_str());
  Fd fd(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, is_private ? 0600 : 0644));
  if (!fd.IsOpen()) throw SystemError("cannot create '" + temporary + "'", errno);
  try {
    if (is_private) GiveToOwnerOf(FolderOf(path), fd.Get());
    WriteAll(fd.Get(), content, temporary);
    if (durability == Durability::kDurable && ::fsync(fd.Get()) != 0) {
      throw SystemError("cannot sync '" + temporary + "'", errno);
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      throw SystemError("cannot rename to '" + path + "'", errno);
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  if (durability == Durability::kVolatile) return;
  const std::string parent = FolderOf(path);
  const Fd directory = OpenDirectory(parent);
  if (::fsync(directory.Get()) != 0) throw SystemError("cannot sync '" + parent + "'", errno);
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw SystemError("cannot read '" + path + "'", errno);
  std::ostringstream content;
  content << in.rdbuf();
  if (in.bad()) throw SystemError("cannot read '" + path + "'", errno);
  return std::move(content).str();
}

}  // namespace isr
