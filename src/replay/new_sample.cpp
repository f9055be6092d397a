#include "replay/new_sample.hpp"

#include <cerrno>
#include <cstdio>
#include <random>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/save.hpp"

namespace isr {
namespace {

constexpr mode_t kFileMode = 0666;  // as the umask allows
constexpr mode_t kFolderMode = 0777;

/// Names that are taken; more than anybody saves under one.
constexpr int kMostAttempts = 100'000;

/// Whether the file system, or the kernel, has no such call.
bool IsUnknown(int error_number) {
  return error_number == EOPNOTSUPP || error_number == EISDIR || error_number == EINVAL ||
         error_number == ENOSYS;
}

std::string CodeOf(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT ? "disk-full" : "cannot-create";
}

}  // namespace

NewSample::NewSample(const std::string& directory) : directory_(directory) {
  folder_.Reset(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_.IsOpen() && (errno == ENOENT || errno == ENOTDIR)) {
    throw SaveError("no-directory",
                    fmt::format("there is no directory '{}'; make it, or set 'directory' in "
                                "[replay]",
                                directory));
  }
  if (!folder_.IsOpen()) Fail("cannot open", errno);
  fd_.Reset(::openat(folder_.Get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, kFileMode));
  if (fd_.IsOpen()) return;
  if (!IsUnknown(errno)) Fail("cannot make a file in", errno);
  hidden_ = fmt::format(".isr-{:08x}{:08x}.part", std::random_device()(), std::random_device()());
  fd_.Reset(
      ::openat(folder_.Get(), hidden_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, kFileMode));
  if (fd_.IsOpen()) return;
  const int error_number = errno;
  hidden_.clear();
  Fail("cannot make a file in", error_number);
}

NewSample::~NewSample() {
  if (!hidden_.empty()) ::unlinkat(folder_.Get(), hidden_.c_str(), 0);
}

void NewSample::Fail(const std::string& what, int error_number) const {
  throw SaveError(CodeOf(error_number), fmt::format("{} '{}': {}", what, directory_,
                                                    std::generic_category().message(error_number)));
}

void NewSample::Write(std::uint64_t offset, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(fd_.Get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) Fail("cannot write to", errno);
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

void NewSample::Append(ByteView bytes) {
  Write(size_, bytes);
  size_ += bytes.size();
}

void NewSample::Replace(std::uint64_t offset, ByteView bytes) {
  Write(offset, bytes);
}

void NewSample::Clear() {
  if (::ftruncate(fd_.Get(), 0) != 0) Fail("cannot write to", errno);
  size_ = 0;
}

/// Makes what is missing of the way to `path`, and has it on the disk. `file`: what remains.
Fd NewSample::OpenFolder(const std::string& path, std::string& file) const {
  Fd folder(::openat(folder_.Get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.IsOpen()) Fail("cannot open", errno);
  size_t begin = 0;
  for (size_t end = path.find('/'); end != std::string::npos; end = path.find('/', begin)) {
    const std::string part = path.substr(begin, end - begin);
    begin = end + 1;
    const bool is_new = ::mkdirat(folder.Get(), part.c_str(), kFolderMode) == 0;
    if (!is_new && errno != EEXIST) Fail("cannot make folders in", errno);
    if (is_new && ::fsync(folder.Get()) != 0) Fail("cannot write to", errno);
    Fd next(::openat(folder.Get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.IsOpen()) Fail(fmt::format("cannot open the folder '{}' in", part), errno);
    folder = std::move(next);
  }
  file = path.substr(begin);
  return folder;
}

int NewSample::GiveName(const Fd& folder, const std::string& file) {
  const std::string self = fmt::format("/proc/self/fd/{}", fd_.Get());
  if (hidden_.empty()) {
    const bool is_given =
        ::linkat(AT_FDCWD, self.c_str(), folder.Get(), file.c_str(), AT_SYMLINK_FOLLOW) == 0;
    return is_given ? 0 : errno;
  }
  if (::renameat2(folder_.Get(), hidden_.c_str(), folder.Get(), file.c_str(), RENAME_NOREPLACE) ==
      0) {
    hidden_.clear();
    return 0;
  }
  if (!IsUnknown(errno)) return errno;
  return ::linkat(folder_.Get(), hidden_.c_str(), folder.Get(), file.c_str(), 0) == 0 ? 0 : errno;
}

std::string NewSample::Keep(const SaveTemplate& name, const SaveFacts& facts, bool sanitize) {
  if (::fsync(fd_.Get()) != 0) Fail("cannot write to", errno);
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    const std::string path = name.Expand(facts, attempt, sanitize);
    std::string file;
    const Fd folder = OpenFolder(path, file);
    const int error_number = GiveName(folder, file);
    if (error_number == EEXIST) continue;
    if (error_number != 0) {
      Fail(fmt::format("cannot give a file the name '{}' in", path), error_number);
    }
    if (::fsync(folder.Get()) != 0) Fail("cannot write to", errno);
    return directory_ == "/" ? "/" + path : directory_ + "/" + path;
  }
  Fail("there is no free name left in", EEXIST);
}

}  // namespace isr
