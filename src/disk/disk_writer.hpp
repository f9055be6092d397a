#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "disk/file_stream.hpp"

namespace isr {

/// The one thread that writes to a file system, for all sources that record there. It gathers what
/// they append into large writes, makes all of it safe with one syncfs for everybody, and waits out
/// a disk that is full, slow or gone: nobody else waits for a disk.
class DiskWriter : public std::enable_shared_from_this<DiskWriter> {
 public:
  struct Options {
    std::chrono::milliseconds write_interval{1000};  ///< appended bytes reach the file this often,
    std::chrono::milliseconds sync_interval{
        5000};  ///< and the disk this often, where no file wants otherwise
  };

  /// The writer of the file system that `directory`, or its nearest existing parent, lies on.
  /// Shared, and there for as long as the process. Waits for the disk. Throws Error.
  static std::shared_ptr<DiskWriter> ForDirectory(const std::string& directory, Options options);

  /// Waits, at most that long, until all files are finished that were closed: before the process
  /// ends, which the writers do not outlive.
  static void FinishAll(std::chrono::milliseconds patience);

  /// One of its own, for tests.
  static std::shared_ptr<DiskWriter> Create(Options options);

  /// Writes what is still waiting, if the disk takes it at once, and ends the thread.
  ~DiskWriter();

  /// Begins a file at `path`. Its folders are made.
  std::shared_ptr<FileStream> Begin(const std::string& path, std::shared_ptr<WriteBudget> budget,
                                    std::shared_ptr<FileObserver> observer,
                                    FileOptions options = {});

  /// Writes all that was appended so far into its files, where who reads them finds it; it need not
  /// be safe yet. False: that takes longer.
  bool WriteOut(std::chrono::milliseconds patience);

  /// Something is worth writing before the next interval.
  void Wake();

 private:
  explicit DiskWriter(Options options);

  void Run() noexcept;
  void Round();
  void OpenAll();
  std::chrono::milliseconds SyncInterval(
      const std::vector<std::shared_ptr<FileStream>>& streams) const;
  void Sync(const std::vector<std::shared_ptr<FileStream>>& streams);
  std::vector<std::shared_ptr<FileStream>> Streams();
  void FinishClosed(std::chrono::steady_clock::time_point deadline);

  const Options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::shared_ptr<FileStream>> streams_;  // protected by mutex_
  bool woken_ = false;                                // protected by mutex_
  std::condition_variable finished_;                  // some files are, or a round is
  std::uint64_t rounds_begun_ = 0;                    // protected by mutex_
  std::uint64_t rounds_ended_ = 0;                    // protected by mutex_
  bool ending_ = false;                               // protected by mutex_
  std::chrono::steady_clock::time_point last_sync_;   // of the thread
  std::thread thread_;                                // last: starts when everything else is there
};

}  // namespace isr
