#include "format/file_bytes.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace isr {

namespace {

std::uint64_t SizeOf(const Fd& file) {
  struct stat info {};
  if (::fstat(file.Get(), &info) != 0) throw SystemError("cannot examine the file", errno);
  return static_cast<std::uint64_t>(std::max<off_t>(info.st_size, 0));
}

}  // namespace

void ApplyPatches(std::span<const FilePatch> patches, std::uint64_t offset,
                  std::span<std::uint8_t> bytes) {
  const std::uint64_t end = offset + bytes.size();
  for (const FilePatch& patch : patches) {
    const std::uint64_t from = std::max(offset, patch.offset);
    const std::uint64_t to = std::min(end, patch.offset + patch.bytes.size());
    if (from >= to) continue;
    std::copy_n(patch.bytes.data() + (from - patch.offset), to - from,
                bytes.data() + (from - offset));
  }
}

FileBytes::FileBytes(const Fd& file) : file_(file), size_(SizeOf(file)) {}

FileBytes::FileBytes(const Fd& file, std::uint64_t size)
    : file_(file), is_view_(true), size_(std::min(size, SizeOf(file))) {}

Bytes FileBytes::Read(std::uint64_t offset, size_t count) const {
  if (offset >= size_) return {};
  Bytes bytes(static_cast<size_t>(std::min<std::uint64_t>(count, size_ - offset)));
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(file_.Get(), bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw SystemError("cannot read the file", errno);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  bytes.resize(done);
  ApplyPatches(patches_, offset, bytes);
  return bytes;
}

void FileBytes::Write(std::uint64_t offset, ByteView bytes) {
  const Bytes old = Read(offset, bytes.size());
  if (std::equal(old.begin(), old.end(), bytes.begin(), bytes.end())) return;
  if (is_view_) patches_.push_back({offset, {bytes.begin(), bytes.end()}});
  for (size_t done = 0; !is_view_ && done < bytes.size();) {
    const ssize_t put = ::pwrite(file_.Get(), bytes.data() + done, bytes.size() - done,
                                 static_cast<off_t>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw SystemError("cannot write to the file", errno);
    done += static_cast<size_t>(put);
  }
  size_ = std::max(size_, offset + bytes.size());
  changed_ = true;
}

void FileBytes::Truncate(std::uint64_t size) {
  if (size >= size_) return;
  if (!is_view_ && ::ftruncate(file_.Get(), static_cast<off_t>(size)) != 0) {
    throw SystemError("cannot cut the file", errno);
  }
  size_ = size;
  changed_ = true;
}

bool FileBytes::IsZero(std::uint64_t begin, std::uint64_t end) const {
  constexpr std::uint64_t kStep = 262144;
  while (begin < end) {
    const Bytes bytes = Read(begin, static_cast<size_t>(std::min(kStep, end - begin)));
    const auto other =
        std::find_if(bytes.begin(), bytes.end(), [](auto byte) { return byte != 0; });
    if (bytes.empty() || other != bytes.end()) return false;
    begin += bytes.size();
  }
  return true;
}

}  // namespace isr
