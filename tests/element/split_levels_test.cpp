#include <chrono>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <gst/check/gstharness.h>
#include <gtest/gtest.h>

#include "glib/ref.hpp"
#include "plugins/elements.hpp"
#include "plugins/isrsplit.hpp"
#include "tests/fake_clock.hpp"
#include "tests/fake_zone.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

/// 1000 frames a second: a frame is a millisecond, a window has 100.
constexpr const char* kCaps = "audio/x-raw,format=S16LE,layout=interleaved,rate=1000,channels=1";
constexpr std::uint64_t kWindow = 100;
constexpr UtcTime kStart{14h + 463ms};
/// Files of twelve and a half windows, but for the first.
constexpr microseconds kSplitInterval = 1250ms;

/// isrsplit before isrlevel, as they stand in the recording of a sound card. In each file the audio
/// is constant, half as loud as in the one before: where a window holds some of two, it shows.
class SplitLevelsTest : public testing::Test {
 protected:
  struct File {
    std::uint64_t begin = 0;          ///< frames of all files before it
    GstClockTime running_time = 0;    ///< of its first frame
    std::map<guint64, double> rms{};  ///< by window, dB
  };
  struct Lost {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  static void SetUpTestSuite() {
    gst_init(nullptr, nullptr);
    RegisterElements(nullptr);
  }

  SplitLevelsTest() {
    GstElement* const split = gst_element_factory_make("isrsplit", nullptr);
    GstElement* const level = gst_element_factory_make("isrlevel", nullptr);
    SetSplitTime(split, clock_, zone_);
    g_object_set(split, "split-interval", guint64{kSplitInterval.count()} * GST_USECOND, nullptr);
    bin_ = Ref<GstElement>::Adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(nullptr))));
    gst_bin_add_many(GST_BIN(bin_.Get()), split, level, nullptr);
    gst_element_link(split, level);
    AddGhost(split, "sink");
    AddGhost(level, "src");
    const auto between = Ref<GstPad>::Adopt(gst_element_get_static_pad(level, "sink"));
    gst_pad_add_probe(between.Get(), GST_PAD_PROBE_TYPE_BUFFER, Lose, &lost_, nullptr);
    gst_element_set_bus(bin_.Get(), bus_.Get());
    harness_ = gst_harness_new_with_element(bin_.Get(), "sink", "src");
    gst_harness_set_src_caps_str(harness_, kCaps);
  }
  ~SplitLevelsTest() override {
    gst_element_set_bus(bin_.Get(), nullptr);
    gst_harness_teardown(harness_);
  }

  void AddGhost(GstElement* element, const char* name) {
    const auto pad = Ref<GstPad>::Adopt(gst_element_get_static_pad(element, name));
    gst_element_add_pad(bin_.Get(), gst_ghost_pad_new(name, pad.Get()));
  }

  /// Lets go of buffers that begin in a stretch of time, as a leaky queue would.
  static GstPadProbeReturn Lose(GstPad* /*pad*/, GstPadProbeInfo* info, gpointer lost) {
    const std::uint64_t frame = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)) / GST_MSECOND;
    const auto* const stretch = static_cast<const Lost*>(lost);
    return frame >= stretch->begin && frame < stretch->end ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
  }

  /// In which file a frame that the source makes `time` after the start belongs.
  static std::size_t FileOf(microseconds time) {
    const auto from = kStart.time_since_epoch() / kSplitInterval;
    return static_cast<std::size_t>((kStart.time_since_epoch() + time) / kSplitInterval - from);
  }
  static double LevelOf(std::size_t file) {
    return -20 * std::log10(2) * static_cast<double>(file);
  }

  void Push(std::size_t frames) {
    std::vector<gint16> samples;
    for (std::size_t i = 0; i < frames; ++i) {
      samples.push_back(static_cast<gint16>(32767 >> FileOf(1ms * (made_ + i))));
    }
    clock_.Advance(1ms * frames);
    GstBuffer* const buffer = gst_buffer_new_memdup(samples.data(), 2 * frames);
    GST_BUFFER_OFFSET(buffer) = made_;
    made_ += frames;
    ASSERT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
  }
  /// The driver loses audio: time passes, and the source counts it.
  void Overrun(std::size_t frames) {
    clock_.Advance(1ms * frames);
    made_ += frames;
  }

  /// The files as isrsplit told of them, with what isrlevel heard. Ends the stream.
  std::vector<File> Finish() {
    gst_harness_push_event(harness_, gst_event_new_eos());
    std::vector<File> files;
    while (GstMessage* const raw = gst_bus_pop(bus_.Get())) {
      const auto message = Ref<GstMessage>::Adopt(raw);
      const GstStructure* const facts = gst_message_get_structure(raw);
      if (gst_message_has_name(raw, "isr-file")) {
        files.push_back({Number(facts, "frame"), Number(facts, "running-time")});
      } else if (gst_message_has_name(raw, "isr-end")) {
        end_ = Number(facts, "frame");
      } else if (gst_message_has_name(raw, "isr-level")) {
        guint file = 0;
        gst_structure_get_uint(facts, "file", &file);
        AddLevels(facts, files.at(file));
      }
    }
    return files;
  }

  static void AddLevels(const GstStructure* facts, File& file) {
    const guint64 first = Number(facts, "window");
    EXPECT_EQ(Number(facts, "interval"), kWindow * GST_MSECOND);
    EXPECT_EQ(Number(facts, "running-time"), file.running_time + first * kWindow * GST_MSECOND);
    const GValue* const rms = gst_structure_get_value(facts, "rms");
    for (guint i = 0; i < gst_value_array_get_size(rms); ++i) {
      const double level = g_value_get_double(gst_value_array_get_value(rms, i));
      EXPECT_TRUE(file.rms.emplace(first + i, level).second) << "window " << first + i << " twice";
    }
  }

  static guint64 Number(const GstStructure* facts, const char* field) {
    guint64 number = 0;
    EXPECT_TRUE(gst_structure_get_uint64(facts, field, &number)) << field;
    return number;
  }

  std::uint64_t EndOf(const std::vector<File>& files, std::size_t file) const {
    return file + 1 < files.size() ? files[file + 1].begin : end_;
  }
  /// Each window of each file is there, and those that are not missing are of this file alone.
  void ExpectCovered(const std::vector<File>& files, std::size_t count) {
    ASSERT_EQ(files.size(), count);
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::uint64_t frames = EndOf(files, i) - files[i].begin;
      EXPECT_EQ(files[i].running_time, files[i].begin * GST_MSECOND);
      ASSERT_EQ(files[i].rms.size(), (frames + kWindow - 1) / kWindow) << "file " << i;
      EXPECT_EQ(files[i].rms.begin()->first, 0U);
      EXPECT_EQ(files[i].rms.rbegin()->first, files[i].rms.size() - 1);
      for (const auto& [window, level] : files[i].rms) {
        if (std::isnan(level)) continue;
        EXPECT_NEAR(level, LevelOf(i), 0.02) << "file " << i << " window " << window;
      }
    }
  }
  static std::vector<guint64> Missing(const File& file) {
    std::vector<guint64> missing;
    for (const auto& [window, level] : file.rms) {
      if (std::isnan(level)) missing.push_back(window);
    }
    return missing;
  }

  FakeClock clock_{kStart};
  FakeZone zone_{0s};
  Ref<GstElement> bin_;
  Ref<GstBus> bus_ = Ref<GstBus>::Adopt(gst_bus_new());
  GstHarness* harness_ = nullptr;
  Lost lost_;
  std::size_t made_ = 0;   ///< frames, by the source
  std::uint64_t end_ = 0;  ///< frames, of all files
};

TEST_F(SplitLevelsTest, WindowsBeginAnewAtEachFileAndCoverAllOfIt) {
  for (const std::size_t size : {1, 786, 3, 1000, 37, 2500, 441, 99, 250, 713}) Push(size);
  const auto files = Finish();
  ExpectCovered(files, 6);
  EXPECT_EQ(files[1].begin, 787U);
  EXPECT_EQ(files[2].begin, 787U + 1250);
  EXPECT_EQ(files[1].rms.size(), 13U);
  EXPECT_EQ(end_, made_);
  for (const File& file : files) EXPECT_EQ(Missing(file), std::vector<guint64>());
}

TEST_F(SplitLevelsTest, AFileOfOneFrameHasOneWindow) {
  Push(786);
  Push(1);
  Push(1250);
  Push(1);
  const auto files = Finish();
  ExpectCovered(files, 3);
  EXPECT_EQ(files[2].rms.size(), 1U);
}

TEST_F(SplitLevelsTest, WhatIsLostBetweenThemIsMissingInItsFileAndNothingMoves) {
  lost_ = {787 + 310, 787 + 660};
  for (int i = 0; i < 400; ++i) Push(10);
  const auto files = Finish();
  ExpectCovered(files, 4);
  EXPECT_EQ(Missing(files[0]), std::vector<guint64>());
  // By whole buffers 313 to 663 of the file: some of windows 3 and 6 is there.
  EXPECT_EQ(Missing(files[1]), (std::vector<guint64>{4, 5}));
  EXPECT_EQ(Missing(files[2]), std::vector<guint64>());
}

TEST_F(SplitLevelsTest, WhatTheDriverLostIsInNoFileAndInNoWindow) {
  Push(787);
  Push(610);
  Overrun(300);
  for (int i = 0; i < 20; ++i) Push(100);
  const auto files = Finish();
  ExpectCovered(files, 4);
  EXPECT_EQ(EndOf(files, 1) - files[1].begin, 1250U - 300);
  for (const File& file : files) EXPECT_EQ(Missing(file), std::vector<guint64>());
}

}  // namespace
}  // namespace isr
