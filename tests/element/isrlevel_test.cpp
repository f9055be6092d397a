#include "plugins/isrlevel.hpp"

#include <cmath>
#include <vector>

#include <gst/audio/audio.h>
#include <gst/check/gstharness.h>
#include <gtest/gtest.h>

#include "glib/ref.hpp"
#include "plugins/elements.hpp"
#include "plugins/file_start.hpp"

namespace isr {
namespace {

/// 1000 frames a second: a frame is a millisecond, a window has 100.
constexpr const char* kCaps = "audio/x-raw,format=S16LE,layout=interleaved,rate=1000,channels=1";
constexpr gint16 kHalf = 16384;  // -6.02 dB

using Samples = std::vector<gint16>;

class IsrLevelTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    gst_init(nullptr, nullptr);
    RegisterElements(nullptr);
  }

  IsrLevelTest() {
    element_ = gst_element_factory_make("isrlevel", nullptr);
    bus_ = Ref<GstBus>::Adopt(gst_bus_new());
    gst_element_set_bus(element_, bus_.Get());
  }
  ~IsrLevelTest() override {
    gst_element_set_bus(element_, nullptr);
    if (harness_ != nullptr) gst_harness_teardown(harness_);
    gst_object_unref(element_);
  }

  void Begin(const char* caps = kCaps) {
    harness_ = gst_harness_new_with_element(element_, "sink", "src");
    if (caps != nullptr) gst_harness_set_src_caps_str(harness_, caps);
  }

  GstBuffer* MakeBuffer(const Samples& samples) {
    GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, samples.size() * 2, nullptr);
    gst_buffer_fill(buffer, 0, samples.data(), samples.size() * 2);
    GST_BUFFER_PTS(buffer) = next_ * GST_MSECOND;
    next_ += samples.size();
    return buffer;
  }
  GstFlowReturn Push(const Samples& samples, int flags = 0) {
    GstBuffer* const buffer = MakeBuffer(samples);
    GST_BUFFER_FLAG_SET(buffer, flags);
    return gst_harness_push(harness_, buffer);
  }
  GstFlowReturn PushHalf(std::size_t frames, int flags = 0) {
    return Push(Samples(frames, kHalf), flags);
  }
  /// A tone of 250 Hz, which the detector hears.
  void PushTone(std::size_t frames, gint16 peak, bool begins_file = false) {
    Samples samples(frames);
    for (std::size_t i = 0; i < frames; ++i) {
      const std::size_t phase = (next_ + i) % 4;
      samples[i] = phase == 0 ? peak : static_cast<gint16>(phase == 2 ? -peak : 0);
    }
    GstBuffer* const buffer = MakeBuffer(samples);
    if (begins_file) AddFileStart(buffer, {});
    ASSERT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
  }
  void PushEos() { gst_harness_push_event(harness_, gst_event_new_eos()); }

  /// The element messages called `name`, in order; others are gone.
  std::vector<Ref<GstMessage>> Messages(const char* name) {
    std::vector<Ref<GstMessage>> found;
    while (GstMessage* const raw = gst_bus_pop(bus_.Get())) {
      auto message = Ref<GstMessage>::Adopt(raw);
      if (gst_message_has_name(raw, name)) found.push_back(message);
    }
    return found;
  }
  static guint64 Number(const Ref<GstMessage>& message, const char* field) {
    const GValue* const value =
        gst_structure_get_value(gst_message_get_structure(message.Get()), field);
    if (G_VALUE_HOLDS_UINT(value)) return g_value_get_uint(value);
    if (G_VALUE_HOLDS_INT(value)) return static_cast<guint64>(g_value_get_int(value));
    return g_value_get_uint64(value);
  }
  static std::vector<double> Doubles(const GValue* array) {
    std::vector<double> numbers;
    for (guint i = 0; i < gst_value_array_get_size(array); ++i) {
      numbers.push_back(g_value_get_double(gst_value_array_get_value(array, i)));
    }
    return numbers;
  }
  static std::vector<double> Levels(const Ref<GstMessage>& message, const char* field) {
    return Doubles(gst_structure_get_value(gst_message_get_structure(message.Get()), field));
  }
  static std::vector<double> ChannelLevels(const Ref<GstMessage>& message, const char* field,
                                           guint window) {
    const GValue* const arrays =
        gst_structure_get_value(gst_message_get_structure(message.Get()), field);
    return Doubles(gst_value_array_get_value(arrays, window));
  }
  std::vector<double> AllRms() {
    std::vector<double> all;
    for (const auto& message : Messages("isr-level")) {
      for (const double level : Levels(message, "rms")) all.push_back(level);
    }
    return all;
  }

  GstElement* element_;
  Ref<GstBus> bus_;
  GstHarness* harness_ = nullptr;
  std::size_t next_ = 0;  ///< frame
};

TEST_F(IsrLevelTest, PassesEveryBitAndEveryStamp) {
  Begin();
  for (const std::size_t size : {1, 7, 1000, 3}) {
    Samples samples(size);
    for (std::size_t i = 0; i < size; ++i) samples[i] = static_cast<gint16>(i * 77 - 30000);
    GstBuffer* const buffer = MakeBuffer(samples);
    const GstClockTime pts = GST_BUFFER_PTS(buffer);
    ASSERT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
    const auto out = Ref<GstBuffer>::Adopt(gst_harness_pull(harness_));
    EXPECT_EQ(out.Get(), buffer) << "the very same buffer";
    EXPECT_EQ(GST_BUFFER_PTS(out.Get()), pts);
    EXPECT_EQ(gst_buffer_memcmp(out.Get(), 0, samples.data(), size * 2), 0);
  }
}

TEST_F(IsrLevelTest, PostsTenWindowsASecond) {
  Begin();
  PushHalf(2500);
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 2U);
  for (std::size_t n = 0; n < 2; ++n) {
    EXPECT_EQ(Number(messages[n], "running-time"), n * GST_SECOND);
    EXPECT_EQ(Number(messages[n], "stream-time"), n * GST_SECOND);
    EXPECT_EQ(Number(messages[n], "interval"), 100 * GST_MSECOND);
    EXPECT_EQ(Number(messages[n], "file"), 0U);
    EXPECT_EQ(Number(messages[n], "window"), 10 * n);
    EXPECT_EQ(Number(messages[n], "rate"), 1000U);
    EXPECT_EQ(Number(messages[n], "channels"), 1U);
    for (const char* field : {"rms", "peak", "detection", "floor"}) {
      EXPECT_EQ(Levels(messages[n], field).size(), 10U) << field;
    }
    for (const double level : Levels(messages[n], "rms")) EXPECT_NEAR(level, -6.02, 0.01);
    for (guint i = 0; i < 10; ++i) {
      EXPECT_NEAR(ChannelLevels(messages[n], "channel-rms", i).at(0), -6.02, 0.01);
      EXPECT_NEAR(ChannelLevels(messages[n], "channel-peak", i).at(0), -6.02, 0.01);
    }
  }
}

TEST_F(IsrLevelTest, EosPostsTheShortLastWindowToo) {
  Begin();
  PushHalf(130);
  EXPECT_TRUE(Messages("isr-level").empty());
  PushEos();
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 1U);
  const auto levels = Levels(messages[0], "rms");
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_NEAR(levels[1], -6.02, 0.01) << "it counts by its own length";
}

TEST_F(IsrLevelTest, BuffersOfAFrameAndOfTenSecondsGiveTheSameWindows) {
  Begin();
  for (int i = 0; i < 250; ++i) PushHalf(1);
  PushHalf(10000);
  PushEos();
  const auto levels = AllRms();
  EXPECT_EQ(levels.size(), 103U);
  for (const double level : levels) EXPECT_NEAR(level, -6.02, 0.01);
}

TEST_F(IsrLevelTest, RefusesABufferBeforeCaps) {
  Begin(nullptr);
  EXPECT_EQ(PushHalf(10), GST_FLOW_NOT_NEGOTIATED);
}

TEST_F(IsrLevelTest, AnEmptyBufferIsNothing) {
  Begin();
  EXPECT_EQ(Push({}), GST_FLOW_OK);
  PushHalf(50);
  EXPECT_EQ(Push({}), GST_FLOW_OK);
  PushHalf(50);
  PushEos();
  EXPECT_EQ(AllRms().size(), 1U);
}

TEST_F(IsrLevelTest, AGapBufferIsSilenceWhateverItHolds) {
  Begin();
  PushHalf(100);
  PushHalf(100, GST_BUFFER_FLAG_GAP);
  PushHalf(100);
  PushEos();
  const auto levels = AllRms();
  ASSERT_EQ(levels.size(), 3U);
  EXPECT_EQ(levels[1], -150);
  EXPECT_NEAR(levels[2], -6.02, 0.01);
}

TEST_F(IsrLevelTest, WhatTimeStampsJumpOverIsMissing) {
  Begin();
  PushHalf(150);
  next_ += 300;  // the rest of window 1, windows 2 and 3, half of 4
  PushHalf(150, GST_BUFFER_FLAG_DISCONT);
  PushEos();
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 1U);
  const auto levels = Levels(messages[0], "rms");
  ASSERT_EQ(levels.size(), 6U);
  for (const std::size_t n : {0, 1, 4, 5}) EXPECT_NEAR(levels[n], -6.02, 0.01) << n;
  for (const guint n : {2U, 3U}) {
    EXPECT_TRUE(std::isnan(levels[n]));
    EXPECT_TRUE(std::isnan(Levels(messages[0], "peak")[n]));
    EXPECT_TRUE(std::isnan(Levels(messages[0], "detection")[n]));
    EXPECT_TRUE(std::isnan(ChannelLevels(messages[0], "channel-rms", n)[0]));
  }
}

TEST_F(IsrLevelTest, ALongJumpIsNotToldWindowByWindow) {
  Begin();
  PushHalf(1000);
  next_ += 3'600'000;
  PushHalf(1000, GST_BUFFER_FLAG_DISCONT);
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(Number(messages[1], "window"), 36010U);
  EXPECT_EQ(Number(messages[1], "running-time"), 3601 * GST_SECOND);
  EXPECT_EQ(Number(messages[1], "file"), 0U);
}

TEST_F(IsrLevelTest, StampsThatAreALittleWrongMoveNothing) {
  Begin();
  for (int i = 0; i < 20; ++i) {
    GstBuffer* const buffer = MakeBuffer(Samples(50, kHalf));
    GST_BUFFER_PTS(buffer) += (i % 3) * 10 * GST_MSECOND;
    ASSERT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
  }
  EXPECT_EQ(AllRms().size(), 10U);
}

TEST_F(IsrLevelTest, BuffersWithoutStampsAreCounted) {
  Begin();
  for (int i = 0; i < 20; ++i) {
    GstBuffer* const buffer = MakeBuffer(Samples(100, kHalf));
    GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_NONE;
    ASSERT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
  }
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(Number(messages[1], "running-time"), GST_SECOND);
}

TEST_F(IsrLevelTest, WindowsBeginAnewWhereTimeJumpsBack) {
  Begin();
  PushHalf(5050);
  next_ = 0;
  PushHalf(1000, GST_BUFFER_FLAG_DISCONT);
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 7U);
  EXPECT_EQ(Number(messages[6], "file"), 1U);
  EXPECT_EQ(Number(messages[6], "window"), 0U);
  EXPECT_EQ(Number(messages[6], "running-time"), 0U);
}

TEST_F(IsrLevelTest, WindowsBeginAnewWithAFile) {
  Begin();
  GstBuffer* first = MakeBuffer(Samples(130, kHalf));
  AddFileStart(first, {});
  gst_harness_push(harness_, first);
  EXPECT_TRUE(Messages("isr-level").empty());
  GstBuffer* second = MakeBuffer(Samples(100, kHalf));
  AddFileStart(second, {});
  gst_harness_push(harness_, second);
  PushEos();
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(Number(messages[0], "file"), 0U);
  EXPECT_EQ(Levels(messages[0], "rms").size(), 2U);
  EXPECT_EQ(Number(messages[1], "file"), 1U);
  EXPECT_EQ(Number(messages[1], "window"), 0U);
  EXPECT_EQ(Number(messages[1], "running-time"), 130 * GST_MSECOND);
  EXPECT_EQ(Levels(messages[1], "rms").size(), 1U);
}

TEST_F(IsrLevelTest, CapsMayChangeInMidStream) {
  Begin();
  PushHalf(130);
  gst_harness_set_src_caps_str(harness_,
                               "audio/x-raw,format=F32LE,layout=interleaved,rate=2000,channels=2,"
                               "channel-mask=(bitmask)0x3");
  const std::vector<float> samples(800, 0.25F);
  GstBuffer* const buffer = gst_buffer_new_memdup(samples.data(), samples.size() * 4);
  GST_BUFFER_PTS(buffer) = 130 * GST_MSECOND;
  ASSERT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
  PushEos();
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(Levels(messages[0], "rms").size(), 2U);
  const auto levels = Levels(messages[1], "rms");
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_NEAR(levels[0], -12.04, 0.01);
  EXPECT_EQ(ChannelLevels(messages[1], "channel-rms", 0).size(), 2U);
}

TEST_F(IsrLevelTest, MeasuresPlanarAudio) {
  Begin(
      "audio/x-raw,format=S16LE,layout=non-interleaved,rate=1000,channels=2,"
      "channel-mask=(bitmask)0x3");
  for (const bool has_meta : {true, false}) {
    Samples samples(200, kHalf);
    std::fill(samples.begin() + 100, samples.end(), static_cast<gint16>(kHalf / 2));
    GstBuffer* const buffer = gst_buffer_new_memdup(samples.data(), samples.size() * 2);
    GstAudioInfo info;
    gst_audio_info_set_format(&info, GST_AUDIO_FORMAT_S16, 1000, 2, nullptr);
    info.layout = GST_AUDIO_LAYOUT_NON_INTERLEAVED;
    if (has_meta) gst_buffer_add_audio_meta(buffer, &info, 100, nullptr);
    ASSERT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
  }
  PushEos();
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 1U);
  for (const guint window : {0U, 1U}) {
    const auto levels = ChannelLevels(messages[0], "channel-rms", window);
    EXPECT_NEAR(levels.at(0), -6.02, 0.01);
    EXPECT_NEAR(levels.at(1), -12.04, 0.01);
  }
}

TEST_F(IsrLevelTest, TakesAllItsFormatsAndUpTo32Channels) {
  using namespace std::string_literals;
  const std::map<std::string, std::string> halves{
      {"S16LE", "\0\x40"s},     {"S24LE", "\0\0\x40"s},   {"S24_32LE", "\0\0\x40\0"s},
      {"S32LE", "\0\0\0\x40"s}, {"F32LE", "\0\0\0\x3f"s}, {"F64LE", "\0\0\0\0\0\0\xe0\x3f"s}};
  for (const auto& [format, half] : halves) {
    for (const std::size_t channels : {1U, 2U, 32U}) {
      for (const std::size_t rate : {8000U, 44100U, 192000U}) {
        const std::string caps =
            "audio/x-raw,layout=interleaved,channel-mask=(bitmask)0,format=" + format +
            ",rate=" + std::to_string(rate) + ",channels=" + std::to_string(channels);
        GstHarness* const harness = gst_harness_new("isrlevel");
        gst_element_set_bus(harness->element, bus_.Get());
        gst_harness_set_src_caps_str(harness, caps.c_str());
        std::string samples;
        for (std::size_t i = 0; i < rate / 5 * channels; ++i) samples += half;
        gst_harness_push(harness, gst_buffer_new_memdup(samples.data(), samples.size()));
        gst_harness_push_event(harness, gst_event_new_eos());
        gst_element_set_bus(harness->element, nullptr);
        gst_harness_teardown(harness);
        const auto messages = Messages("isr-level");
        ASSERT_EQ(messages.size(), 1U) << caps;
        ASSERT_EQ(Levels(messages[0], "rms").size(), 2U);
        for (const double level : ChannelLevels(messages[0], "channel-rms", 1)) {
          EXPECT_NEAR(level, -6.02, 0.01) << caps;
        }
      }
    }
  }
}

TEST_F(IsrLevelTest, PostsAsOftenAsItIsAskedTo) {
  Begin();
  g_object_set(element_, "post-interval", 100 * GST_MSECOND, nullptr);
  PushHalf(500);
  EXPECT_EQ(Messages("isr-level").size(), 5U);
  g_object_set(element_, "post-interval", 2 * GST_SECOND, nullptr);
  PushHalf(1900);
  EXPECT_TRUE(Messages("isr-level").empty());
  PushHalf(100);
  EXPECT_EQ(Messages("isr-level").size(), 1U);
  g_object_set(element_, "post-messages", FALSE, nullptr);
  PushHalf(5000);
  EXPECT_TRUE(Messages("isr-level").empty());
}

TEST_F(IsrLevelTest, WindowsHaveTheLengthThatIsAskedFor) {
  g_object_set(element_, "interval", 50 * GST_MSECOND, nullptr);
  Begin();
  PushHalf(1000);
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(Levels(messages[0], "rms").size(), 20U);
}

TEST_F(IsrLevelTest, TimesAreThoseOfTheSegment) {
  Begin();
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = 100 * GST_SECOND;
  segment.time = 7 * GST_SECOND;
  segment.base = 50 * GST_SECOND;
  gst_harness_push_event(harness_, gst_event_new_segment(&segment));
  next_ = 100'000;
  PushHalf(1000);
  const auto messages = Messages("isr-level");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(Number(messages[0], "running-time"), 50 * GST_SECOND);
  EXPECT_EQ(Number(messages[0], "stream-time"), 7 * GST_SECOND);
}

TEST_F(IsrLevelTest, TellsWhereAnEventBeginsAndEnds) {
  Begin();
  PushTone(20000, 100);
  PushTone(3000, 1000);
  EXPECT_EQ(Messages("isr-event-begin").size(), 1U) << "at once";
  PushTone(2000, 100);
  const auto ends = Messages("isr-event-end");
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(Number(ends[0], "running-time"), 20 * GST_SECOND);
  EXPECT_EQ(Number(ends[0], "stream-time"), 20 * GST_SECOND);
  EXPECT_EQ(Number(ends[0], "duration"), 3 * GST_SECOND);
  EXPECT_EQ(Number(ends[0], "window"), 200U);
  EXPECT_EQ(Number(ends[0], "end-window"), 230U);
  double score = 0;
  gst_structure_get_double(gst_message_get_structure(ends[0].Get()), "score", &score);
  EXPECT_NEAR(score, 20, 0.2);
}

TEST_F(IsrLevelTest, AnEventOverAFileBoundaryIsOne) {
  Begin();
  PushTone(20000, 100);
  PushTone(1050, 1000);  // half a window
  PushTone(1000, 1000, true);
  PushTone(5000, 100);
  const auto ends = Messages("isr-event-end");
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(Number(ends[0], "file"), 0U);
  EXPECT_EQ(Number(ends[0], "window"), 200U);
  EXPECT_EQ(Number(ends[0], "end-file"), 1U);
  EXPECT_EQ(Number(ends[0], "end-window"), 10U);
  EXPECT_EQ(Number(ends[0], "duration"), 2050 * GST_MSECOND);
}

TEST_F(IsrLevelTest, EosEndsAnEvent) {
  Begin();
  PushTone(20000, 100);
  PushTone(1030, 10000);
  PushEos();
  const auto ends = Messages("isr-event-end");
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(Number(ends[0], "duration"), 1030 * GST_MSECOND);
}

TEST_F(IsrLevelTest, TheDetectorMayBeOffOrAnother) {
  g_object_set(element_, "detector", 0, nullptr);
  Begin();
  PushTone(20000, 100);
  PushTone(1000, 10000);
  PushEos();
  for (const auto& message : Messages("isr-level")) {
    for (const double floor : Levels(message, "floor")) EXPECT_TRUE(std::isnan(floor));
  }
}

TEST_F(IsrLevelTest, ThePercentileRuleTellsAtTheEndOfItsBlock) {
  gst_util_set_object_arg(G_OBJECT(element_), "detector", "percentile");
  Begin();
  PushTone(20000, 100);
  PushTone(1000, 10000);
  PushTone(8000, 100);
  EXPECT_TRUE(Messages("isr-event-begin").empty());
  PushTone(1000, 100);
  EXPECT_EQ(Messages("isr-event-end").size(), 1U);
}

TEST_F(IsrLevelTest, TheMarginIsTheOneThatIsSet) {
  g_object_set(element_, "margin", 45.0, nullptr);
  Begin();
  PushTone(20000, 100);
  PushTone(1000, 10000);  // 40 dB
  PushTone(5000, 100);
  EXPECT_TRUE(Messages("isr-event-begin").empty());
}

TEST_F(IsrLevelTest, AFlushBeginsAnew) {
  Begin();
  PushHalf(130);
  gst_harness_push_event(harness_, gst_event_new_flush_start());
  gst_harness_push_event(harness_, gst_event_new_flush_stop(TRUE));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(harness_, gst_event_new_segment(&segment));
  next_ = 0;
  PushHalf(1000);
  const auto messages = Messages("isr-level");
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(Number(messages.back(), "file"), 1U);
  EXPECT_EQ(Number(messages.back(), "running-time"), 0U);
}

}  // namespace
}  // namespace isr
