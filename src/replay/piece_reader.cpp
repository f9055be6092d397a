#include "replay/piece_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include <unistd.h>

#include "model/save.hpp"

namespace isr {
namespace {

/// How often one looks whether a pipeline has given out what it got.
constexpr std::chrono::milliseconds kLookInterval{5};

}  // namespace

FilePiece::FilePiece(const Roots& roots, const std::string& name,
                     std::shared_ptr<DiskWriter> writer,
                     std::chrono::steady_clock::time_point deadline)
    : name_(name), writer_(std::move(writer)), deadline_(deadline) {
  do {
    fd_ = OpenRecording(roots, name);
  } while (!fd_.IsOpen() && AwaitMore());
  if (!fd_.IsOpen()) throw SaveError("internal", "cannot open the recording '" + name + "'");
}

bool FilePiece::AwaitMore() const {
  const auto left =
      std::chrono::floor<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (writer_ == nullptr || left <= kLookInterval) return false;
  std::this_thread::sleep_for(kLookInterval);
  writer_->WriteOut(left);
  return true;
}

Bytes FilePiece::Read(std::uint64_t offset, size_t count) const {
  Bytes bytes(count);
  ssize_t got = 0;
  do {
    got = ::pread(fd_.Get(), bytes.data(), count, static_cast<off_t>(offset));
    if (got < 0 && errno != EINTR) {
      throw SaveError("internal", SystemError("cannot read '" + name_ + "'", errno).what());
    }
  } while (got < 0 || (got == 0 && AwaitMore()));
  bytes.resize(static_cast<size_t>(got));
  return bytes;
}

Bytes MemoryPiece::Read(std::uint64_t offset, size_t count) const {
  if (offset >= end_ - begin_) return {};
  return memory_->Read(begin_ + offset,
                       static_cast<size_t>(std::min<std::uint64_t>(count, end_ - begin_ - offset)));
}

}  // namespace isr
