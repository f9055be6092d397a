#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>

#include "base/atomic_file.hpp"
#include "disk/disk_writer.hpp"
#include "tests/temporary_folder.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;

constexpr auto kDeadline = 10s;

/// Remembers what it is told, and lets a test wait for it.
class Observer final : public FileObserver {
 public:
  void OnFileOpened(const std::string& path) override { Set(opened_, path); }
  void OnFileClosed(const std::string& path, std::uint64_t bytes) override {
    Set(closed_, path + " " + std::to_string(bytes));
  }
  void OnDiskTrouble(const std::string& why) override { Set(trouble_, why); }
  void OnDiskRecovered() override { Set(recovered_, "yes"); }
  void OnMarkReached(const FileMark& mark) override {
    Set(mark_, std::to_string(mark.second) + " at " + std::to_string(mark.bytes));
  }

  std::string Opened() { return Wait(opened_); }
  std::string Closed() { return Wait(closed_); }
  std::string Trouble() { return Wait(trouble_); }
  std::string Recovered() { return Wait(recovered_); }
  std::string Reached() { return Wait(mark_); }
  bool HasReached() {
    const std::lock_guard lock(mutex_);
    return mark_.has_value();
  }

 private:
  using Fact = std::optional<std::string>;

  void Set(Fact& fact, const std::string& text) {
    const std::lock_guard lock(mutex_);
    fact = text;
    changed_.notify_all();
  }
  std::string Wait(Fact& fact) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kDeadline, [&] { return fact.has_value(); });
    return fact.value_or("nothing within 10 s");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Fact opened_, closed_, trouble_, recovered_, mark_;  // protected by mutex_
};

std::vector<std::uint8_t> Bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

class DiskTest : public testing::Test {
 protected:
  std::shared_ptr<FileStream> Begin(const std::string& name) {
    return writer_->Begin(folder_ / name, budget_, observer_);
  }

  const TemporaryFolder temporary_;
  const std::filesystem::path folder_ = temporary_.Path();
  std::shared_ptr<Observer> observer_ = std::make_shared<Observer>();
  std::shared_ptr<WriteBudget> budget_ = std::make_shared<WriteBudget>(1'000'000);
  std::shared_ptr<DiskWriter> writer_ =
      DiskWriter::Create({.write_interval = 5ms, .sync_interval = 10ms});
};

TEST_F(DiskTest, WritesWhatIsAppendedIntoAFolderThatItMakes) {
  const auto stream = Begin("radio/2026/a.wav");
  stream->Append(Bytes("abc"));
  stream->Append(Bytes("def"));
  stream->Close();
  EXPECT_EQ(observer_->Closed(), (folder_ / "radio/2026/a.wav").string() + " 6");
  EXPECT_EQ(ReadWholeFile(folder_ / "radio/2026/a.wav"), "abcdef");
}

TEST_F(DiskTest, WhatWasClosedIsWrittenBeforeTheProcessEnds) {
  writer_ = DiskWriter::ForDirectory(folder_, {.write_interval = 5s});
  const auto stream = Begin("a.wav");
  stream->Append(Bytes("abc"));
  stream->Close();
  DiskWriter::FinishAll(10s);
  EXPECT_EQ(ReadWholeFile(folder_ / "a.wav"), "abc");
}

TEST_F(DiskTest, WhoReadsAFileThatGrowsFindsWhatWasAppendedSoFar) {
  writer_ = DiskWriter::Create({.write_interval = 1h, .sync_interval = 1h});
  const auto stream = Begin("a.wav");
  for (const std::string expected : {"abc", "abcabc", "abcabcabc"}) {
    stream->Append(Bytes("abc"));
    EXPECT_TRUE(writer_->WriteOut(10s));
    EXPECT_EQ(ReadWholeFile(folder_ / "a.wav"), expected);
  }
}

/// Begins a track when its recording is there, as the recorder does.
class TrackBeginner final : public FileObserver {
 public:
  TrackBeginner(DiskWriter& writer, std::string track, std::shared_ptr<Observer> recording)
      : writer_(writer), track_(std::move(track)), recording_(std::move(recording)) {}

  void OnFileOpened(const std::string& path) override {
    if (path == track_) {
      size_then_ = std::filesystem::file_size(recording_->Opened());
      return;
    }
    recording_->OnFileOpened(path);
    const auto nobody = std::make_shared<TrackBeginner>(writer_, track_, recording_);
    stream_ = writer_.Begin(track_, std::make_shared<WriteBudget>(0), nobody);
    stream_->Patch(0, Bytes("facts"));
    on_track_ = nobody;
  }
  void OnFileClosed(const std::string& path, std::uint64_t bytes) override {
    recording_->OnFileClosed(path, bytes);
  }
  void OnDiskTrouble(const std::string& /*why*/) override {}
  void OnDiskRecovered() override {}

  /// Of the recording, when its track was made.
  std::optional<std::uintmax_t> SizeThen() const { return on_track_->size_then_; }

 private:
  DiskWriter& writer_;
  const std::string track_;
  const std::shared_ptr<Observer> recording_;
  std::shared_ptr<TrackBeginner> on_track_;
  std::shared_ptr<FileStream> stream_;
  std::optional<std::uintmax_t> size_then_;  // of the writer's thread
};

TEST_F(DiskTest, WritesNothingOfARecordingBeforeItsTrack) {
  const auto beginner = std::make_shared<TrackBeginner>(*writer_, folder_ / "a.isr", observer_);
  const auto recording = writer_->Begin(folder_ / "a.wav", budget_, beginner);
  recording->Append(Bytes("audio"));
  recording->Close();
  observer_->Closed();
  EXPECT_EQ(ReadWholeFile(folder_ / "a.wav"), "audio");
  EXPECT_EQ(ReadWholeFile(folder_ / "a.isr"), "facts");
  EXPECT_EQ(beginner->SizeThen(), 0U);
}

TEST_F(DiskTest, TakesANameWithoutAFolder) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  writer_ = DiskWriter::ForDirectory("", {.write_interval = 5ms, .sync_interval = 10ms});
  const auto plain = writer_->Begin("a.wav", budget_, observer_);
  EXPECT_EQ(observer_->Opened(), "a.wav");
  std::filesystem::current_path(before);
}

TEST_F(DiskTest, SyncsForAllAsOftenAsOneFileWantsIt) {
  writer_ = DiskWriter::Create({.write_interval = 5ms, .sync_interval = 1h});
  const auto slow = writer_->Begin(folder_ / "a.wav", budget_, observer_, {.sync_interval = 1h});
  const auto quick = writer_->Begin(folder_ / "b.wav", budget_, std::make_shared<Observer>(),
                                    {.sync_interval = 10ms});
  slow->Append(Bytes("data"));
  slow->Mark({.bytes = 4, .second = 0});
  EXPECT_EQ(observer_->Reached(), "0 at 4");
}

TEST_F(DiskTest, GivesATakenNameANumber) {
  WriteFileAtomically(folder_ / "a.wav", "old", Durability::kVolatile);
  WriteFileAtomically(folder_ / "a-1.wav", "older", Durability::kVolatile);
  const auto stream = Begin("a.wav");
  EXPECT_EQ(observer_->Opened(), folder_ / "a-2.wav");
  EXPECT_EQ(ReadWholeFile(folder_ / "a.wav"), "old");
}

TEST_F(DiskTest, PutsAPatchOverWhatWasAppended) {
  const auto stream = Begin("a.wav");
  stream->Append(Bytes("????data"));
  stream->Patch(0, Bytes("size"));
  stream->Append(Bytes(" more"));
  stream->Close();
  EXPECT_EQ(observer_->Closed(), (folder_ / "a.wav").string() + " 13");
  EXPECT_EQ(ReadWholeFile(folder_ / "a.wav"), "sizedata more");
}

TEST_F(DiskTest, PatchesAFileWhileItGrows) {
  const auto stream = Begin("a.wav");
  stream->Append(Bytes("????data"));
  stream->Patch(0, Bytes("size"));
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  observer_->Opened();
  while (ReadWholeFile(folder_ / "a.wav") != "sizedata") {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the patch never reached the file";
    std::this_thread::yield();
  }
}

TEST_F(DiskTest, ReportsAMarkOnceAllBeforeItIsOnTheDisk) {
  const auto stream = Begin("a.wav");
  stream->Append(Bytes("0123456789"));
  stream->Mark({.bytes = 10, .second = 7});
  EXPECT_EQ(observer_->Reached(), "7 at 10");
  EXPECT_EQ(ReadWholeFile(folder_ / "a.wav"), "0123456789");
}

TEST_F(DiskTest, WritesAFileOfPatchesAloneInPlaceOfAnOldOne) {
  WriteFileAtomically(folder_ / "a.isr", "an old one", Durability::kVolatile);
  const auto stream =
      writer_->Begin(folder_ / "a.isr", budget_, observer_, {.name_taken = NameTaken::kReplace});
  stream->Patch(4, Bytes("data"));
  stream->Patch(0, Bytes("head"));
  stream->Close();
  EXPECT_EQ(observer_->Closed(), (folder_ / "a.isr").string() + " 0");
  EXPECT_EQ(ReadWholeFile(folder_ / "a.isr"), "headdata");
}

TEST_F(DiskTest, AFileThatIsWrittenIsLocked) {
  const auto stream = Begin("a.wav");
  const Fd other(::open(observer_->Opened().c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_NE(::flock(other.Get(), LOCK_EX | LOCK_NB), 0);
  stream->Close();
  observer_->Closed();
  EXPECT_EQ(::flock(other.Get(), LOCK_EX | LOCK_NB), 0);
}

TEST_F(DiskTest, WaitsForRoomUntilCancelled) {
  WriteBudget budget(10);
  ASSERT_TRUE(budget.Take(8));
  std::thread unlocker([&] { budget.SetCancelled(true); });
  EXPECT_FALSE(budget.Take(8));
  unlocker.join();
  budget.SetCancelled(false);
  budget.Give(8);
  EXPECT_TRUE(budget.Take(100)) << "more than fits at all is taken when nothing else waits";
}

/// A disk that takes no more than so many bytes of a file.
class FullDiskTest : public DiskTest {
 protected:
  FullDiskTest() {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &unlimited_);
    rlimit limited = unlimited_;
    limited.rlim_cur = 4;
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FullDiskTest() override { MakeRoom(); }
  void MakeRoom() { setrlimit(RLIMIT_FSIZE, &unlimited_); }

 private:
  rlimit unlimited_{};
};

TEST_F(FullDiskTest, KeepsWhatTheDiskDoesNotTakeAndWritesItLater) {
  const auto stream = Begin("a.wav");
  stream->Append(Bytes("abcdef"));
  EXPECT_EQ(observer_->Trouble(), "File too large");
  EXPECT_EQ(budget_->Used(), 2u);
  stream->Close();
  MakeRoom();
  EXPECT_EQ(observer_->Recovered(), "yes");
  EXPECT_EQ(observer_->Closed(), (folder_ / "a.wav").string() + " 6");
  EXPECT_EQ(ReadWholeFile(folder_ / "a.wav"), "abcdef");
}

TEST_F(FullDiskTest, ReportsNoMarkThatTheDiskDidNotTake) {
  const auto stream = Begin("a.wav");
  stream->Append(Bytes("abcdef"));
  stream->Mark({.bytes = 6, .second = 0});
  EXPECT_EQ(observer_->Trouble(), "File too large");
  EXPECT_FALSE(observer_->HasReached());
  MakeRoom();
  EXPECT_EQ(observer_->Reached(), "0 at 6");
}

TEST_F(FullDiskTest, KeepsPatchesThatTheDiskDoesNotTake) {
  const auto stream = Begin("a.isr");
  stream->Patch(0, Bytes("ab"));
  stream->Patch(6, Bytes("gh"));
  stream->Patch(2, Bytes("cdef"));
  EXPECT_EQ(observer_->Trouble(), "File too large");
  MakeRoom();
  stream->Close();
  observer_->Closed();
  EXPECT_EQ(ReadWholeFile(folder_ / "a.isr"), "abcdefgh");
}

TEST_F(DiskTest, LeavesNoEmptyFileBehind) {
  const auto stream = Begin("a.wav");
  const std::string path = observer_->Opened();
  writer_.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace isr
