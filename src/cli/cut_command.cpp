#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "format/cut.hpp"

namespace isr {
namespace {

/// "90", "1:30", "0:01:30", each with a fraction of a second: seconds.
std::optional<double> ParseTime(std::string_view text) {
  double seconds = 0;
  for (int part = 0; part < 3; ++part) {
    const size_t colon = text.find(':');
    const auto number = ParseNumber(text.substr(0, colon));
    const bool is_first = part == 0;
    if (!number || *number < 0 || *number > 1e6 || (!is_first && *number >= 60))
      return std::nullopt;
    seconds = seconds * 60 + *number;
    if (colon == std::string_view::npos) return seconds;
    if (text.substr(0, colon).find_first_not_of("0123456789") != std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  return std::nullopt;
}

double TimeOf(const std::string& word) {
  if (const auto time = ParseTime(word)) return *time;
  throw UsageError(fmt::format("'{}' is no time; right are 90, 1:30, 0:01:30.5", word));
}

/// A file that has no name before it is whole, where the file system can do that.
class NewFile {
 public:
  explicit NewFile(const std::string& path) : path_(path) {
    const size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    constexpr mode_t kMode = 0666;  // as the umask allows
    fd_.Reset(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kMode));
    is_named_ = !fd_.IsOpen();
    if (is_named_) fd_.Reset(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kMode));
    if (!fd_.IsOpen()) throw SystemError("cannot make '" + path + "'", errno);
  }
  ~NewFile() {
    if (is_named_ && !is_kept_) ::unlink(path_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Throws Error.
  void Write(ByteView bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_.Get(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw SystemError("cannot write '" + path_ + "'", errno);
      bytes = bytes.subspan(static_cast<size_t>(count));
    }
  }

  /// Throws Error.
  void Keep() {
    if (::fsync(fd_.Get()) != 0) throw SystemError("cannot write '" + path_ + "'", errno);
    const std::string self = fmt::format("/proc/self/fd/{}", fd_.Get());
    if (!is_named_ &&
        ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      throw SystemError("cannot make '" + path_ + "'", errno);
    }
    is_kept_ = true;
  }

 private:
  const std::string path_;
  Fd fd_;
  bool is_named_ = false;
  bool is_kept_ = false;
};

int Fail(int code, std::string_view text) {
  fmt::print(stderr, "isr: {}\n", text);
  return code;
}

/// Whether `folder` is one, then a cut goes into it under its own name.
bool IsFolder(const std::string& folder) {
  struct stat facts {};
  return ::stat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

}  // namespace

int CutCommand(const Arguments& arguments) {
  const std::string& name = arguments.sources.at(0);
  const double start = TimeOf(arguments.sources.at(1));
  const double end = TimeOf(arguments.sources.at(2));
  if (end <= start) throw UsageError("the end must come after the start");

  const Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!file.IsOpen() || ::fstat(file.Get(), &facts) != 0) {
    return Fail(kExitNoInput, SystemError("cannot open '" + name + "'", errno).what());
  }
  if (!S_ISREG(facts.st_mode)) return Fail(kExitNoInput, "'" + name + "' is no file");
  std::unique_ptr<Cut> cut;
  try {
    cut = MakeCut(file,
                  {.start = start,
                   .end = end,
                   .bytes = static_cast<std::uint64_t>(facts.st_size),
                   .place = std::nullopt},
                  [] {});
  } catch (const Error& error) {
    return Fail(kExitDataError, name + ": " + Describe(error));
  }
  std::string path = arguments.output.empty() ? "." : arguments.output;
  if (IsFolder(path)) path += "/" + CutName(name, start, cut->End());
  if (::access(path.c_str(), F_OK) == 0) {
    return Fail(kExitCannotCreate, "'" + path + "' is there already; nothing is overwritten");
  }
  try {
    NewFile out(path);
    Bytes bytes;
    std::uint64_t written = 0;
    for (bool more = true; more; bytes.clear()) {
      more = cut->Read(bytes);
      out.Write(bytes);
      written += bytes.size();
    }
    if (written != cut->Size()) return Fail(kExitDataError, name + ": changed while it was cut");
    out.Keep();
  } catch (const Error& error) {
    return Fail(kExitCannotCreate, Describe(error));
  }
  fmt::print("{}\n", path);
  return kExitOk;
}

}  // namespace isr
