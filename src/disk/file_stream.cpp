#include "disk/file_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "base/error.hpp"
#include "disk/disk_writer.hpp"
#include "disk/file_reservation.hpp"

namespace isr {
namespace {

/// Appended bytes are gathered in blocks of about this size; each is one write.
constexpr std::size_t kBlock = 256 * 1024;

/// Marks that wait for the disk without an allocation: one a second, for longer than between syncs.
constexpr std::size_t kMarks = 16;

/// Writes all of it, or returns the errno; `done` says how far it came.
int WriteAt(int fd, std::span<const std::uint8_t> bytes, std::uint64_t offset, std::size_t& done) {
  done = 0;
  while (done < bytes.size()) {
    const ssize_t written =
        ::pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return ENOSPC;
    done += static_cast<std::size_t>(written);
  }
  return 0;
}

}  // namespace

FileStream::FileStream(std::weak_ptr<DiskWriter> writer, std::string path,
                       std::shared_ptr<WriteBudget> budget, std::shared_ptr<FileObserver> observer,
                       FileOptions options)
    : writer_(std::move(writer)),
      wanted_path_(std::move(path)),
      budget_(std::move(budget)),
      observer_(std::move(observer)),
      options_(options) {
  marks_.reserve(kMarks);
}

bool FileStream::Append(std::span<const std::uint8_t> bytes) {
  if (!budget_->Take(bytes.size())) return false;
  bool full_block = false;
  {
    const std::lock_guard lock(mutex_);
    if (data_.empty() || data_.back().size() >= kBlock) data_.emplace_back();
    data_.back().insert(data_.back().end(), bytes.begin(), bytes.end());
    size_ += bytes.size();
    full_block = data_.back().size() >= kBlock;
  }
  if (full_block) {
    if (const auto writer = writer_.lock()) writer->Wake();
  }
  return true;
}

void FileStream::Patch(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  const std::lock_guard lock(mutex_);
  // A newer header makes an older one pointless.
  std::erase_if(patches_, [&](const PatchOrder& order) {
    return order.offset == offset && order.bytes.size() <= bytes.size();
  });
  patches_.push_back({offset, Bytes(bytes.begin(), bytes.end()), size_});
}

void FileStream::Mark(const FileMark& mark) {
  const std::lock_guard lock(mutex_);
  marks_.push_back(mark);
}

void FileStream::Close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  if (const auto writer = writer_.lock()) writer->Wake();
}

std::uint64_t FileStream::Size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

bool FileStream::IsClosing() const {
  const std::lock_guard lock(mutex_);
  return closing_ && data_.empty();
}

bool FileStream::WillClose() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

/// Makes the file, under the wanted name or a numbered one. False: not now.
bool FileStream::Open() {
  if (fd_.IsOpen()) return true;
  try {
    Reservation reservation = options_.name_taken == NameTaken::kReplace
                                  ? ReplaceFile(wanted_path_)
                                  : ReserveFile(wanted_path_);
    fd_ = std::move(reservation.fd);
    path_ = std::move(reservation.path);
  } catch (const std::system_error& error) {
    return Fail(error.code().value());
  }
  observer_->OnFileOpened(path_);
  return true;
}

bool FileStream::Fail(int error_number) {
  if (budget_->BeginTrouble()) {
    observer_->OnDiskTrouble(std::generic_category().message(error_number));
  }
  return false;
}

void FileStream::Wrote(std::size_t bytes) {
  written_ += bytes;
  budget_->Give(bytes);
}

/// Writes what was appended, in order. False: the disk does not take it now.
bool FileStream::WriteData() {
  if (!Open()) return false;
  while (true) {
    Bytes block;
    {
      const std::lock_guard lock(mutex_);
      if (data_.empty()) break;
      block = std::move(data_.front());
      data_.pop_front();
    }
    std::size_t done = 0;
    const int error = WriteAt(fd_.Get(), block, written_, done);
    Wrote(done);
    if (error == 0) continue;
    PutBack(std::move(block), done);
    return Fail(error);
  }
  return true;
}

void FileStream::PutBack(Bytes block, std::size_t done) {
  block.erase(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(done));
  const std::lock_guard lock(mutex_);
  data_.push_front(std::move(block));
}

void FileStream::Recovered() {
  if (budget_->EndTrouble()) observer_->OnDiskRecovered();
}

/// Writes the patches whose bytes are on the disk (not merely written). False: not taken now.
bool FileStream::WritePatches() {
  std::vector<PatchOrder> due;
  {
    const std::lock_guard lock(mutex_);
    const auto waiting =
        std::stable_partition(patches_.begin(), patches_.end(),
                              [this](const PatchOrder& order) { return order.after <= synced_; });
    std::move(patches_.begin(), waiting, std::back_inserter(due));
    patches_.erase(patches_.begin(), waiting);
  }
  for (auto order = due.begin(); order != due.end(); ++order) {
    std::size_t done = 0;
    const int error = WriteAt(fd_.Get(), order->bytes, order->offset, done);
    if (error != 0) {
      const std::lock_guard lock(mutex_);
      patches_.insert(patches_.begin(), std::make_move_iterator(order),
                      std::make_move_iterator(due.end()));
      return Fail(error);
    }
    patched_ = true;
  }
  return true;
}

void FileStream::ReportMarks() {
  std::vector<FileMark> reached;
  {
    const std::lock_guard lock(mutex_);
    const auto waiting = std::find_if(marks_.begin(), marks_.end(), [this](const FileMark& mark) {
      return mark.bytes > synced_;
    });
    reached.assign(marks_.begin(), waiting);
    marks_.erase(marks_.begin(), waiting);
  }
  for (const FileMark& mark : reached) observer_->OnMarkReached(mark);
}

void FileStream::Finish() {
  fd_.Reset();
  observer_->OnFileClosed(path_, written_);
}

/// The process ends before the disk took a byte of it: an empty file helps nobody.
void FileStream::Abandon() {
  if (fd_.IsOpen() && written_ == 0 && !patched_) ::unlink(path_.c_str());
}

}  // namespace isr
