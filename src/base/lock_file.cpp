#include "base/lock_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace isr {
namespace {

std::optional<long> ReadHolder(int fd) {
  char text[32];
  const ssize_t count = ::pread(fd, text, sizeof text, 0);
  if (count <= 0) return std::nullopt;
  return ParseInteger(Trim({text, static_cast<size_t>(count)}));
}

/// Only for the other's error text: a full disk must not keep us from recording elsewhere.
void WriteHolder(int fd) {
  const std::string text = std::to_string(::getpid()) + '\n';
  if (::ftruncate(fd, 0) != 0) return;
  if (::pwrite(fd, text.data(), text.size(), 0) < 0) return;
}

}  // namespace

LockFile::LockFile(const std::string& path)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (!fd_.IsOpen()) throw SystemError("cannot open the lock file '" + path + "'", errno);
  int outcome = 0;
  do {
    outcome = ::flock(fd_.Get(), LOCK_EX | LOCK_NB);
  } while (outcome != 0 && errno == EINTR);
  if (outcome == 0) {
    WriteHolder(fd_.Get());
  } else if (errno == EWOULDBLOCK) {
    state_ = Outcome::kTaken;
    holder_ = ReadHolder(fd_.Get());
  } else {
    state_ = Outcome::kUnsupported;
  }
}

}  // namespace isr
