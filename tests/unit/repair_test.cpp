#include "recorder/repair.hpp"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "format/flac_metadata.hpp"
#include "format/wav_header.hpp"
#include "level/track_file.hpp"
#include "recorder/track_writer.hpp"
#include "tests/temporary_folder.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "day/a.wav";

/// A WAV file whose writer died before it counted its sound: `bytes` of 16 bits, mono.
std::string WavOf(size_t bytes) {
  const Bytes header = BuildWavHeader({.rate = 10, .channels = 1}, 0);
  return std::string(AsText(header)) + std::string(bytes, 'x');
}

class RepairTest : public testing::Test {
 protected:
  RepairTest() { fs::create_directories(folder_ + "/day"); }

  std::string AudioPath() const { return folder_ + "/" + kName; }
  void WriteAudio(const std::string& bytes) const { std::ofstream(AudioPath()) << bytes; }

  /// What a run that was killed leaves.
  static Segment Unfinished() {
    return {.name = kName, .source = "card", .format = "wav", .rate = 10, .growing = true};
  }
  void LeaveTrack() const {
    const auto disk = DiskWriter::Create({});
    TrackWriter track(*disk, folder_ + "/analyses/" + kName + ".isr", {Unfinished(), std::nullopt});
    track.Reached(0, {64, 10});
  }
  TrackFile Track() const {
    return TrackFile(Fd(::open((folder_ + "/analyses/" + kName + ".isr").c_str(), O_RDONLY)));
  }
  std::optional<Segment> Repair() const {
    return RepairRecording(Roots(folder_).ForName(""), kName);
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.Path();
};

TEST_F(RepairTest, CountsWhatIsThereAndEndsTheTrack) {
  LeaveTrack();
  WriteAudio(WavOf(41));
  const auto segment = Repair();
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->frames, 20);
  EXPECT_EQ(segment->bytes, 4096 + 40);
  const std::string bytes = ReadWholeFile(AudioPath());
  EXPECT_EQ(bytes.size(), 4096U + 40);
  EXPECT_EQ(bytes.substr(4092, 4), std::string("\x28\0\0\0", 4));
  EXPECT_EQ(bytes.substr(4, 4), std::string("\x20\x10\0\0", 4));
  const TrackFile track = Track();
  ASSERT_TRUE(track.Facts());
  EXPECT_FALSE(track.Facts()->segment.growing);
  EXPECT_EQ(track.Facts()->segment.ended, Cause::kCrash);
  EXPECT_EQ(track.Facts()->segment.frames, 20);
  EXPECT_EQ(track.SeekByTime(1), (TrackPosition{64, 10}));
}

TEST_F(RepairTest, ASecondOneChangesNothing) {
  LeaveTrack();
  WriteAudio(WavOf(41));
  EXPECT_TRUE(Repair());
  EXPECT_FALSE(Repair());
}

TEST_F(RepairTest, LeavesAloneWhatIsBeingWritten) {
  const auto disk = DiskWriter::Create({.write_interval = std::chrono::milliseconds(1)});
  TrackWriter track(*disk, folder_ + "/analyses/" + kName + ".isr", {Unfinished(), std::nullopt});
  WriteAudio(WavOf(41));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!Track().Facts()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the track never reached the disk";
  }
  EXPECT_FALSE(Repair());
  EXPECT_EQ(ReadWholeFile(AudioPath()), WavOf(41));
}

TEST_F(RepairTest, KnowsOfOtherFormatsWhatTheTrackKnows) {
  LeaveTrack();
  WriteAudio("no header that it knows");
  const auto segment = Repair();
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->frames, 10);
  EXPECT_EQ(ReadWholeFile(AudioPath()), "no header that it knows");
}

TEST_F(RepairTest, RemovesAFileWithoutAByte) {
  LeaveTrack();
  WriteAudio("");
  const auto segment = Repair();
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->bytes, 0);
  EXPECT_FALSE(fs::exists(AudioPath()));
  EXPECT_EQ(Track().Kind(), TrackKind::kNoTrack);
}

TEST_F(RepairTest, RemovesAFileThatIsAHeaderAndNothingElse) {
  const Bytes flac = FlacIndex({.rate = 10, .channels = 1, .bits = 16}).Build({});
  const std::string opus = ReadWholeFile(ISR_TEST_DATA "/tone.opus");
  const size_t third_page = opus.find("OggS", opus.find("OpusTags"));
  ASSERT_LT(third_page, opus.size());
  for (const std::string& header : {WavOf(0), std::string(AsText(flac)), opus.substr(0, third_page),
                                    opus.substr(0, third_page + 60)}) {
    LeaveTrack();
    WriteAudio(header);
    const auto segment = Repair();
    ASSERT_TRUE(segment);
    EXPECT_EQ(segment->bytes, 0);
    EXPECT_FALSE(fs::exists(AudioPath()));
    EXPECT_EQ(Track().Kind(), TrackKind::kNoTrack);
  }
}

TEST_F(RepairTest, LeavesWhatCannotBeOpenedForTheNextStart) {
  LeaveTrack();
  fs::create_directories(AudioPath());  // cannot be opened for writing
  EXPECT_FALSE(Repair());
  EXPECT_TRUE(Track().Facts()->segment.growing);
}

}  // namespace
}  // namespace isr
