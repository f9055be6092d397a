#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "disk/write_budget.hpp"

namespace isr {

class DiskWriter;

/// A place in a file on its way to the disk.
struct FileMark {
  std::uint64_t bytes = 0;   ///< from the start of the file
  std::uint64_t second = 0;  ///< of the file's audio, 0 for the first: the place is the last at or
                             ///< before its end
  std::chrono::nanoseconds time{};  ///< that the audio before it lasts
};

/// What a new file does where one of its name exists.
enum class NameTaken {
  kNumber,   ///< it gets another: a recording is never overwritten
  kReplace,  ///< it takes its place
};

struct FileOptions {
  NameTaken name_taken = NameTaken::kNumber;
  std::optional<std::chrono::milliseconds> sync_interval{};  ///< none: as often as the others need
};

/// What becomes of a file. Called in the writer's thread: must not wait.
class FileObserver {
 public:
  virtual ~FileObserver() = default;
  /// The file is there; `path` is its real name (a taken one got a number).
  virtual void OnFileOpened(const std::string& path) = 0;
  /// All of it is on the disk, `bytes` long.
  virtual void OnFileClosed(const std::string& path, std::uint64_t bytes) = 0;
  /// The disk does not take it (`why`: "No space left on device"); tried again every second.
  virtual void OnDiskTrouble(const std::string& why) = 0;
  /// After trouble: everything that was waiting is written.
  virtual void OnDiskRecovered() = 0;
  /// All bytes before a mark are on the disk. In the order of the marks.
  virtual void OnMarkReached(const FileMark& /*mark*/) {}
};

/// A file being recorded: bytes on their way to the disk. While it is open it is locked (flock), so
/// that nobody, not even another process, takes it for one that a crash left. The calls of the
/// public section are thread-safe and make no file call; only Append waits, and only for room in
/// the budget.
class FileStream {
 public:
  /// Adds to the end. Waits for room in the budget. False: that was cancelled.
  bool Append(std::span<const std::uint8_t> bytes);
  /// Replaces bytes written before, a header say. It reaches the disk after the bytes appended so
  /// far do: a header never counts what is not there. Into a file without appended bytes it goes
  /// with the writer's next round, wherever it lies.
  void Patch(std::uint64_t offset, std::span<const std::uint8_t> bytes);
  /// Reports that place once all before it is on the disk.
  void Mark(const FileMark& mark);
  /// No more comes. The writer finishes it; `OnFileClosed` follows.
  void Close();

  /// Bytes appended.
  std::uint64_t Size() const;

 private:
  friend class DiskWriter;
  using Bytes = std::vector<std::uint8_t>;
  struct PatchOrder {
    std::uint64_t offset;
    Bytes bytes;
    std::uint64_t after;  ///< size of the file when it was ordered
  };

  FileStream(std::weak_ptr<DiskWriter> writer, std::string path,
             std::shared_ptr<WriteBudget> budget, std::shared_ptr<FileObserver> observer,
             FileOptions options);

  // The writer's thread:
  bool Open();
  bool WriteData();
  bool WritePatches();
  void ReportMarks();
  bool Fail(int error_number);
  void Wrote(std::size_t bytes);
  void PutBack(Bytes block, std::size_t done);
  bool IsClosing() const;
  bool WillClose() const;
  void Recovered();
  void Finish();
  void Abandon();

  const std::weak_ptr<DiskWriter> writer_;  // weak: it may end before the last handle is dropped
  const std::string wanted_path_;
  const std::shared_ptr<WriteBudget> budget_;  // shared with the source's other files
  const std::shared_ptr<FileObserver> observer_;
  const FileOptions options_;

  mutable std::mutex mutex_;
  std::deque<Bytes> data_;           // protected by mutex_
  std::uint64_t size_ = 0;           // protected by mutex_; bytes appended
  std::vector<PatchOrder> patches_;  // protected by mutex_
  std::vector<FileMark> marks_;      // protected by mutex_
  bool closing_ = false;             // protected by mutex_

  // Of the writer's thread:
  Fd fd_;
  std::string path_;
  std::uint64_t written_ = 0;
  std::uint64_t synced_ = 0;
  bool patched_ = false;
};

}  // namespace isr
