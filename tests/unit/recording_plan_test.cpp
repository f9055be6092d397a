#include "recorder/recording_plan.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "level/track_file.hpp"
#include "tests/temporary_folder.hpp"

namespace isr {
namespace {

using std::chrono::seconds;

/// Tells a plan what its elements would, and reads the tracks that come of it.
class RecordingPlanTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  RecordingPlanTest() {
    plan_ = std::make_shared<RecordingPlan>(
        SourceSettings{.name = "radio", .output_directory = folder_},
        RecordingPlan::Options{
            .root = Roots(folder_).ForSource("radio"),
            .disk = disk_,
            .last_run = RunEnd{.time = UtcTime(seconds(990)), .cause = Cause::kReconnect}});
  }
  ~RecordingPlanTest() override {
    plan_.reset();
    disk_.reset();
  }

  void Tell(GstStructure* facts) {
    GstMessage* const message = gst_message_new_element(nullptr, facts);
    plan_->OnElementMessage(message);
    gst_message_unref(message);
  }
  /// A file of 10 s at 1000 frames per second.
  void Announce(guint number) {
    Tell(gst_structure_new("isr-file", "number", G_TYPE_UINT, number, "running-time", G_TYPE_UINT64,
                           number * 10 * GST_SECOND, "frame", G_TYPE_UINT64,
                           guint64{number} * 10'000, "rate", G_TYPE_INT, 1000, "start-utc",
                           G_TYPE_INT64, (1000 + gint64{number} * 10) * 1'000'000, "utc-offset",
                           G_TYPE_INT, 3600, "cause", G_TYPE_STRING,
                           number == 0 ? "reconnect" : "boundary", "synced", G_TYPE_BOOLEAN, TRUE,
                           "ppm", G_TYPE_DOUBLE, 1.5 * number, nullptr));
  }
  void Open(guint number) {
    const std::string path = folder_ + "/" + std::to_string(number) + ".mp3";
    Tell(gst_structure_new("isr-file-opened", "number", G_TYPE_UINT, number, "location",
                           G_TYPE_STRING, path.c_str(), nullptr));
  }
  void Close(guint number) {
    Tell(gst_structure_new("isr-file-closed", "number", G_TYPE_UINT, number, "bytes", G_TYPE_UINT64,
                           guint64{160'000}, nullptr));
  }
  void TellTitle(const std::string& text, guint64 running_time) {
    GBytes* const raw = g_bytes_new(text.data(), text.size());
    Tell(gst_structure_new("isr-title", "running-time", G_TYPE_UINT64, running_time, "raw",
                           G_TYPE_BYTES, raw, "text", G_TYPE_STRING, text.c_str(), nullptr));
    g_bytes_unref(raw);
  }
  /// Everything is written when the disk's writer has ended.
  TrackFile Track(guint number) {
    plan_.reset();
    disk_.reset();
    const std::string path = folder_ + "/analyses/" + std::to_string(number) + ".mp3" + ".isr";
    return TrackFile(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
  }
  static std::vector<std::string> TitlesOf(const TrackFile& track) {
    std::vector<std::string> texts;
    for (const TrackEvent& event : track.Events()) texts.push_back(std::get<Title>(event).text);
    return texts;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.Path();
  std::shared_ptr<DiskWriter> disk_ = DiskWriter::Create({});
  std::shared_ptr<RecordingPlan> plan_;
};

using Texts = std::vector<std::string>;

TEST_F(RecordingPlanTest, WritesTheFactsOfAFileIntoItsTrack) {
  Announce(0);
  Open(0);
  Tell(gst_structure_new("isr-file-position", "number", G_TYPE_UINT, 0U, "second", G_TYPE_UINT64,
                         guint64{4}, "bytes", G_TYPE_UINT64, guint64{79'000}, "time", G_TYPE_UINT64,
                         guint64{4'999 * GST_MSECOND}, nullptr));
  Announce(1);
  Close(0);
  const TrackFile track = Track(0);
  ASSERT_TRUE(track.Facts());
  const Segment& segment = track.Facts()->segment;
  EXPECT_EQ(segment.name, "0.mp3");
  EXPECT_FALSE(segment.growing);
  EXPECT_EQ(segment.began, Cause::kReconnect);
  EXPECT_EQ(segment.ended, Cause::kBoundary);
  EXPECT_EQ(segment.frames, 10'000);
  EXPECT_EQ(segment.bytes, 160'000);
  EXPECT_EQ(segment.clock, ClockQuality::kSynced);
  EXPECT_EQ(segment.ppm, 1.5);
  ASSERT_TRUE(track.Facts()->gap_before);
  EXPECT_EQ(track.Facts()->gap_before->start, UtcTime(seconds(990)));
  EXPECT_EQ(track.Facts()->gap_before->end, UtcTime(seconds(1000)));
  EXPECT_EQ(track.SeekByTime(5), (TrackPosition{79'000, 4'999}));
}

TEST_F(RecordingPlanTest, ATrackHasNoEndBeforeItsFileHas) {
  Announce(0);
  Open(0);
  const TrackFile track = Track(0);
  ASSERT_TRUE(track.Facts());
  EXPECT_TRUE(track.Facts()->segment.growing);
}

TEST_F(RecordingPlanTest, WhatPlaysGoesOnIntoTheNextFile) {
  TellTitle("before", 0);
  Announce(0);
  TellTitle("first", 3 * GST_SECOND);
  Open(0);
  TellTitle("second", 5 * GST_SECOND);
  Announce(1);
  Open(1);
  std::vector<std::string> heard;
  for (const RecordingEvent& event : plan_->TakeEvents()) {
    const auto* const title = std::get_if<TitleHeard>(&event);
    if (title != nullptr) heard.push_back(title->name + " " + title->title.text);
  }
  EXPECT_EQ(heard, (Texts{"0.mp3 before", "0.mp3 first", "0.mp3 second", "1.mp3 second"}));
  const TrackFile first = Track(0);
  EXPECT_EQ(TitlesOf(first), (Texts{"before", "first", "second"}));
  EXPECT_EQ(std::get<Title>(first.Events()[2]).time, UtcTime(seconds(1005)));
  const TrackFile second = Track(1);
  EXPECT_EQ(TitlesOf(second), Texts{"second"});
  EXPECT_EQ(std::get<Title>(second.Events()[0]).time, UtcTime(seconds(1010)));
}

TEST_F(RecordingPlanTest, ALossThatIsFoundLateIsInTheFileWhereItWasAndPutsOffWhatFollows) {
  Announce(0);
  Open(0);
  Announce(1);
  Open(1);
  // Of the second before the boundary, told when the second file has begun.
  Tell(gst_structure_new("isr-gap", "frame", G_TYPE_UINT64, guint64{9'000}, "missing",
                         G_TYPE_UINT64, guint64{2'500}, "rate", G_TYPE_INT, 1000, "start-utc",
                         G_TYPE_INT64, gint64{1009} * 1'000'000, "cause", G_TYPE_STRING, "xrun",
                         nullptr));
  Close(0);
  Announce(2);
  Close(1);
  const TrackFile first = Track(0);
  ASSERT_EQ(first.Events().size(), 1U);
  const auto& inner = std::get<InnerGap>(first.Events()[0]);
  EXPECT_EQ(inner.frame, 9'000U);
  EXPECT_EQ(inner.missing, 2'500U);
  EXPECT_EQ(inner.gap.end - inner.gap.start, std::chrono::milliseconds(2'500));
  EXPECT_EQ(first.Facts()->segment.start, UtcTime(seconds(1000)));
  const TrackFile second = Track(1);
  EXPECT_EQ(second.Facts()->segment.start, UtcTime(std::chrono::milliseconds(1'012'500)));
}

}  // namespace
}  // namespace isr
