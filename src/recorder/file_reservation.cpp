#include "recorder/file_reservation.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "time/file_name.hpp"

namespace isr {
namespace {

/// Names with the same stem; more than a second's reconnects or a clock's trips can make.
constexpr int kMaxAttempts = 100'000;

void MakeParents(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error)
    throw SystemError(fmt::format("cannot make '{}'", path.parent_path().string()), error.value());
}

}  // namespace

std::string ReserveFile(const std::string& directory, const std::string& stem,
                        const std::string& extension) {
  MakeParents(std::filesystem::path(directory) / stem);
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    std::string name = NumberedFileName(stem, attempt, extension);
    const std::string path = std::filesystem::path(directory) / name;
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (fd.IsOpen()) return name;
    if (errno != EEXIST) throw SystemError(fmt::format("cannot create '{}'", path), errno);
  }
  throw Error(fmt::format("too many files called '{}' in '{}'", stem, directory));
}

}  // namespace isr
