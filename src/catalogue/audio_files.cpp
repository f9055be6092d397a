#include "catalogue/audio_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <glib.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.hpp"

namespace isr {
namespace {

constexpr std::array<std::string_view, 8> kExtensions{"wav", "flac", "mp3", "ogg",
                                                      "oga", "opus", "aac", "m4a"};
constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

bool IsVisibleComponent(std::string_view component) {
  return !component.empty() && component.front() != '.';
}

/// For kernels and sandboxes without openat2: no symbolic link at all, folder by folder.
Fd OpenWithoutLinks(const Fd& directory, std::string_view name, int flags) {
  Fd folder(::fcntl(directory.Get(), F_DUPFD_CLOEXEC, 0));
  while (folder.IsOpen()) {
    const size_t slash = name.find('/');
    const std::string component(name.substr(0, slash));
    if (component == ".." || component.empty()) break;
    if (slash == std::string_view::npos) {
      return Fd(::openat(folder.Get(), component.c_str(), flags | O_NOFOLLOW));
    }
    folder = Fd(
        ::openat(folder.Get(), component.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    name.remove_prefix(slash + 1);
  }
  if (folder.IsOpen()) errno = EXDEV;
  return {};
}

Fd OpenAnyBeneath(const Fd& directory, const std::string& name, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  Fd fd(static_cast<int>(::syscall(SYS_openat2, directory.Get(), name.c_str(), &how, sizeof how)));
  if (!fd.IsOpen() && (errno == ENOSYS || errno == EPERM)) {
    fd = OpenWithoutLinks(directory, name, flags);
  }
  return fd;
}

}  // namespace

std::string ExtensionOf(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.find('/', dot) != std::string_view::npos) return {};
  return LowerCase(name.substr(dot + 1));
}

bool IsRecordingName(std::string_view name) {
  const std::string extension = ExtensionOf(name);
  if (std::find(kExtensions.begin(), kExtensions.end(), extension) == kExtensions.end()) {
    return false;
  }
  // Also refuses a NUL byte.
  if (g_utf8_validate_len(name.data(), name.size(), nullptr) == FALSE) return false;
  while (true) {
    const size_t slash = name.find('/');
    if (!IsVisibleComponent(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

Fd OpenBeneath(const Fd& directory, const std::string& name) {
  Fd fd = OpenAnyBeneath(directory, name, kOpenFlags);
  if (!fd.IsOpen()) return fd;
  struct stat facts {};
  if (::fstat(fd.Get(), &facts) == 0 && S_ISREG(facts.st_mode)) return fd;
  fd.Reset();
  errno = EINVAL;
  return fd;
}

bool RemoveBeneath(const Fd& directory, const std::string& name) {
  const size_t slash = name.rfind('/');
  if (slash == std::string::npos) return ::unlinkat(directory.Get(), name.c_str(), 0) == 0;
  const Fd folder =
      OpenAnyBeneath(directory, name.substr(0, slash), O_PATH | O_DIRECTORY | O_CLOEXEC);
  return folder.IsOpen() && ::unlinkat(folder.Get(), name.c_str() + slash + 1, 0) == 0;
}

}  // namespace isr
