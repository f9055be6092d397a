#include "disk/file_reservation.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace isr {
namespace {

/// Names with the same stem; more than a second's reconnects or a clock's trips can make.
constexpr int kMaxAttempts = 100'000;

/// "stem.ext", "stem-1.ext", "stem-2.ext" ... for `attempt` 0, 1, 2 ...
std::filesystem::path Numbered(const std::filesystem::path& path, int attempt) {
  if (attempt == 0) return path;
  return path.parent_path() /
         fmt::format("{}-{}{}", path.stem().string(), attempt, path.extension().string());
}

}  // namespace

Reservation ReserveFile(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const std::filesystem::path numbered = Numbered(path, attempt);
    // Each time: who deletes a recording takes folders away that are empty then.
    if (!folder.empty()) std::filesystem::create_directories(folder);
    Fd fd(::open(numbered.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (fd.IsOpen()) {
      ::flock(fd.Get(), LOCK_EX | LOCK_NB);
      return {std::move(fd), numbered};
    }
    if (errno != EEXIST && errno != ENOENT) {
      throw std::system_error(errno, std::generic_category(), numbered);
    }
  }
  throw std::system_error(EEXIST, std::generic_category(), path);
}

Reservation ReplaceFile(const std::string& path) {
  // Not truncated: who has the old one open keeps it.
  if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
    throw std::system_error(errno, std::generic_category(), path);
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder);
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd.IsOpen()) throw std::system_error(errno, std::generic_category(), path);
  ::flock(fd.Get(), LOCK_EX | LOCK_NB);
  return {std::move(fd), path};
}

}  // namespace isr
