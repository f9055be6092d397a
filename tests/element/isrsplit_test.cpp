#include "plugins/isrsplit.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gst/check/gstharness.h>
#include <gtest/gtest.h>

#include "glib/ref.hpp"
#include "plugins/elements.hpp"
#include "tests/fake_clock.hpp"
#include "tests/fake_zone.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

/// 1000 frames a second: a frame is a millisecond.
constexpr const char* kPcmCaps = "audio/x-raw,format=S16LE,layout=interleaved,rate=1000,channels=1";
constexpr const char* kMp3Caps = "audio/mpeg,mpegversion=1,layer=3,rate=1000,channels=1";
constexpr UtcTime kStart{std::chrono::hours(14) + 500ms};

/// An isrsplit in a harness, at 14:00:00.5 UTC, with a boundary every 2 s.
class IsrSplitTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    gst_init(nullptr, nullptr);
    RegisterElements(nullptr);
  }

  IsrSplitTest() {
    element_ = gst_element_factory_make("isrsplit", nullptr);
    bus_ = Ref<GstBus>::Adopt(gst_bus_new());
    gst_element_set_bus(element_, bus_.Get());
    SetSplitTime(element_, clock_, zone_);
    g_object_set(element_, "split-interval", 2 * GST_SECOND, nullptr);
  }
  ~IsrSplitTest() override {
    if (harness_ == nullptr) return;
    gst_element_set_bus(element_, nullptr);
    gst_harness_teardown(harness_);
    gst_object_unref(element_);
  }

  void Begin(const char* caps = kPcmCaps) {
    harness_ = gst_harness_new_with_element(element_, "sink", "src");
    if (caps != nullptr) gst_harness_set_src_caps_str(harness_, caps);
  }

  /// Real time passes, then that much PCM arrives whose samples count up.
  GstFlowReturn PushPcm(int frames) { return PushPcm(frames, microseconds(1000) * frames); }
  GstFlowReturn PushPcm(int frames, microseconds elapsed) {
    clock_.Advance(elapsed);
    GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, frames * 2, nullptr);
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_WRITE);
    for (int i = 0; i < frames; ++i) reinterpret_cast<gint16*>(map.data)[i] = next_sample_++;
    gst_buffer_unmap(buffer, &map);
    GST_BUFFER_OFFSET(buffer) = next_offset_;
    next_offset_ += frames;
    return gst_harness_push(harness_, buffer);
  }

  GstFlowReturn PushFrame(microseconds elapsed, GstClockTime duration, int flags = 0) {
    clock_.Advance(elapsed);
    GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, 10, nullptr);
    GST_BUFFER_DURATION(buffer) = duration;
    GST_BUFFER_FLAG_SET(buffer, flags);
    return gst_harness_push(harness_, buffer);
  }

  struct Out {
    GstClockTime pts;
    GstClockTime duration;
    std::vector<gint16> samples;
  };
  std::vector<Out> Pull() {
    std::vector<Out> all;
    while (GstBuffer* const raw = gst_harness_try_pull(harness_)) {
      const auto buffer = Ref<GstBuffer>::Adopt(raw);
      GstMapInfo map;
      gst_buffer_map(raw, &map, GST_MAP_READ);
      const auto* const first = reinterpret_cast<const gint16*>(map.data);
      all.push_back({GST_BUFFER_PTS(raw), GST_BUFFER_DURATION(raw), {first, first + map.size / 2}});
      gst_buffer_unmap(raw, &map);
    }
    return all;
  }

  /// The element messages called `name`, in order.
  std::vector<Ref<GstMessage>> Messages(const char* name) {
    std::vector<Ref<GstMessage>> found;
    while (GstMessage* const raw = gst_bus_pop(bus_.Get())) {
      auto message = Ref<GstMessage>::Adopt(raw);
      if (GST_MESSAGE_TYPE(raw) == GST_MESSAGE_ERROR && std::string(name) == "error") {
        found.push_back(message);
      }
      if (gst_message_has_name(raw, name)) found.push_back(message);
    }
    return found;
  }
  std::vector<Ref<GstMessage>> AllMessages() {
    std::vector<Ref<GstMessage>> all;
    while (GstMessage* const raw = gst_bus_pop(bus_.Get())) {
      all.push_back(Ref<GstMessage>::Adopt(raw));
    }
    return all;
  }
  static std::vector<Ref<GstMessage>> Named(std::vector<Ref<GstMessage>> messages,
                                            const char* name) {
    std::erase_if(messages, [name](const auto& one) {
      return gst_message_has_name(one.Get(), name) == FALSE;
    });
    return messages;
  }
  static gint64 Int64(const Ref<GstMessage>& message, const char* field) {
    const GValue* const value =
        gst_structure_get_value(gst_message_get_structure(message.Get()), field);
    return G_VALUE_HOLDS_UINT64(value) ? static_cast<gint64>(g_value_get_uint64(value))
                                       : g_value_get_int64(value);
  }
  static std::string Text(const Ref<GstMessage>& message, const char* field) {
    return gst_structure_get_string(gst_message_get_structure(message.Get()), field);
  }
  static UtcTime Utc(const Ref<GstMessage>& message, const char* field) {
    return UtcTime(microseconds(Int64(message, field)));
  }

  FakeClock clock_{kStart};
  FakeZone zone_{0s};
  GstElement* element_;
  Ref<GstBus> bus_;
  GstHarness* harness_ = nullptr;
  gint16 next_sample_ = 0;
  guint64 next_offset_ = 0;
};

TEST_F(IsrSplitTest, OtherCapsOfACodedStreamBeginAFileAndTimeGoesOn) {
  Begin(kMp3Caps);
  PushFrame(20ms, 20 * GST_MSECOND);
  gst_harness_set_src_caps_str(harness_, "audio/mpeg,mpegversion=1,layer=3,rate=500,channels=1");
  PushFrame(40ms, 40 * GST_MSECOND);
  const auto files = Messages("isr-file");
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(Text(files[1], "cause"), "format-change");
  EXPECT_EQ(Text(files[1], "extension"), "mp3");
  EXPECT_EQ(Int64(files[1], "running-time"), 20 * GST_MSECOND);
  EXPECT_EQ(Utc(files[1], "start-utc") - Utc(files[0], "start-utc"), 20ms);
  const auto out = Pull();
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].pts, 20 * GST_MSECOND);
  EXPECT_EQ(out[1].duration, 40 * GST_MSECOND);
}

TEST_F(IsrSplitTest, ATitleGetsTheTimeOfTheFrameAfterIt) {
  Begin(kMp3Caps);
  PushFrame(20ms, 20 * GST_MSECOND);
  GstStructure* const title = gst_structure_new("isr-title", "text", G_TYPE_STRING, "A", nullptr);
  gst_harness_push_event(harness_, gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, title));
  PushFrame(20ms, 20 * GST_MSECOND);
  const auto titles = Messages("isr-title");
  ASSERT_EQ(titles.size(), 1u);
  EXPECT_EQ(Text(titles[0], "text"), "A");
  EXPECT_EQ(Int64(titles[0], "running-time"), 20 * GST_MSECOND);
}

TEST_F(IsrSplitTest, CutsABufferAtTheSampleOfTheBoundary) {
  Begin();
  ASSERT_EQ(PushPcm(1000), GST_FLOW_OK);
  ASSERT_EQ(PushPcm(1000), GST_FLOW_OK);
  const auto out = Pull();
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[1].samples.size(), 500u);
  EXPECT_EQ(out[2].samples.front(), 1500);
  EXPECT_EQ(out[2].pts, 1500 * GST_MSECOND);

  const auto files = Messages("isr-file");
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(Utc(files[0], "start-utc"), kStart);
  EXPECT_EQ(Text(files[0], "cause"), "start");
  EXPECT_EQ(Int64(files[1], "frame"), 1500);
  EXPECT_EQ(Utc(files[1], "start-utc"), UtcTime(14h + 2s));
  EXPECT_EQ(Text(files[1], "cause"), "boundary");
}

TEST_F(IsrSplitTest, PassesEverySampleOnceWhateverTheBufferSize) {
  Begin();
  for (const int size : {1, 1, 10000, 7, 1}) ASSERT_EQ(PushPcm(size), GST_FLOW_OK);
  gint16 expected = 0;
  GstClockTime pts = 0;
  for (const Out& out : Pull()) {
    EXPECT_EQ(out.pts, pts);
    pts += out.duration;
    for (const gint16 sample : out.samples) ASSERT_EQ(sample, expected++);
  }
  EXPECT_EQ(expected, 10010);
  EXPECT_EQ(Messages("isr-file").size(), 6u);  // one, and boundaries after 1.5, 3.5 ... 9.5 s
}

TEST_F(IsrSplitTest, AnnouncesAFileBeforeItsFirstBuffer) {
  Begin();
  PushPcm(10);
  EXPECT_EQ(gst_harness_buffers_received(harness_), 1u);
  EXPECT_EQ(Messages("isr-file").size(), 1u);
}

TEST_F(IsrSplitTest, TellsOfAudioThatTheDriverLostWithoutAWord) {
  Begin();
  for (int i = 0; i < 200; ++i) ASSERT_EQ(PushPcm(25), GST_FLOW_OK);
  clock_.Advance(700ms);  // 700 frames that nobody gets
  for (int i = 0; i < 550; ++i) ASSERT_EQ(PushPcm(25), GST_FLOW_OK);
  const auto messages = AllMessages();
  const auto gaps = Named(messages, "isr-gap");
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(Text(gaps[0], "cause"), "xrun");
  EXPECT_EQ(Int64(gaps[0], "frame"), 5000);
  EXPECT_EQ(Int64(gaps[0], "missing"), 700);
  EXPECT_EQ(Utc(gaps[0], "start-utc"), kStart + 5s);
  // Every frame is there, and the boundary after it is on the clock again.
  std::size_t frames = 0;
  for (const Out& out : Pull()) frames += out.samples.size();
  EXPECT_EQ(frames, 750u * 25);
  const auto files = Named(messages, "isr-file");
  EXPECT_EQ(Utc(files.back(), "start-utc"), UtcTime(14h + 18s));
  EXPECT_EQ(Int64(files.back(), "frame"), 17500 - 700);
}

TEST_F(IsrSplitTest, TellsOfBothWhenTheSourceOverrunsOnWhatTheDriverKept) {
  Begin();
  for (int i = 0; i < 200; ++i) ASSERT_EQ(PushPcm(25), GST_FLOW_OK);
  // Held up for 7 s, of which the driver kept 5.5 s that come at once, and the source 3.5 s of
  // these.
  ASSERT_EQ(PushPcm(1000, 7s), GST_FLOW_OK);
  next_offset_ += 2000;
  ASSERT_EQ(PushPcm(2500, 1ms), GST_FLOW_OK);
  for (int i = 0; i < 550; ++i) ASSERT_EQ(PushPcm(25), GST_FLOW_OK);
  const auto gaps = Messages("isr-gap");
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(Int64(gaps[0], "missing"), 2000);
  EXPECT_NEAR(Int64(gaps[1], "missing"), 1500, 5);
}

TEST_F(IsrSplitTest, RefusesABufferBeforeCaps) {
  Begin(nullptr);
  EXPECT_EQ(PushPcm(10), GST_FLOW_NOT_NEGOTIATED);
}

TEST_F(IsrSplitTest, SkipsEmptyBuffersAndStreamHeaders) {
  Begin(kMp3Caps);
  EXPECT_EQ(PushFrame(0us, GST_CLOCK_TIME_NONE), GST_FLOW_OK);
  EXPECT_EQ(PushFrame(0us, 100 * GST_MSECOND, GST_BUFFER_FLAG_HEADER), GST_FLOW_OK);
  EXPECT_TRUE(Pull().empty());
}

TEST_F(IsrSplitTest, SplitsACodedStreamBetweenFrames) {
  Begin(kMp3Caps);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(PushFrame(400ms, 400 * GST_MSECOND), GST_FLOW_OK);
  EXPECT_EQ(Pull().size(), 10u);
  const auto files = Messages("isr-file");
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(Int64(files[1], "frame"), 1600);  // the first frame at or after 1.5 s
  EXPECT_EQ(Int64(files[2], "frame"), 3600);  // ... 3.5 s
  EXPECT_EQ(Utc(files[1], "start-utc"), kStart + 1600ms);
}

TEST_F(IsrSplitTest, HoldsTheFirstFramesToPlaceABurstInThePast) {
  g_object_set(element_, "settle-time", GST_SECOND, nullptr);
  Begin(kMp3Caps);
  for (int i = 0; i < 10; ++i) PushFrame(1ms, 400 * GST_MSECOND);  // 4 s at once
  EXPECT_TRUE(Pull().empty());
  PushFrame(2s, 400 * GST_MSECOND);
  EXPECT_EQ(Pull().size(), 11u);
  EXPECT_EQ(Utc(Messages("isr-file").at(0), "start-utc"), kStart + 10ms - 4s);
}

TEST_F(IsrSplitTest, PassesWhatItHoldsWhenTheStreamEnds) {
  g_object_set(element_, "settle-time", GST_SECOND, nullptr);
  Begin(kMp3Caps);
  PushFrame(1ms, 400 * GST_MSECOND);
  gst_harness_push_event(harness_, gst_event_new_eos());
  EXPECT_EQ(Pull().size(), 1u);
  EXPECT_EQ(Int64(Messages("isr-end").at(0), "frame"), 400);
}

TEST_F(IsrSplitTest, CallsAStreamWithoutAudioAnError) {
  Begin();
  gst_harness_push_event(harness_, gst_event_new_eos());
  EXPECT_EQ(Messages("error").size(), 1u);
}

TEST_F(IsrSplitTest, WritesDownWhatTheDriverLost) {
  Begin();
  for (const guint64 offset : {0, 100, 350}) {
    clock_.Advance(offset == 350 ? 250ms : 100ms);
    GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, 200, nullptr);
    GST_BUFFER_OFFSET(buffer) = offset;
    ASSERT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
  }
  const auto gaps = Messages("isr-gap");
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(Int64(gaps[0], "frame"), 200);
  EXPECT_EQ(Int64(gaps[0], "missing"), 150);
  EXPECT_EQ(Utc(gaps[0], "start-utc"), kStart + 200ms);
  EXPECT_EQ(Pull().back().pts, 200 * GST_MSECOND);
}

TEST_F(IsrSplitTest, SaysThatTheClockWasSet) {
  Begin();
  PushPcm(100);
  clock_.Set(kStart + 1h);
  PushPcm(100);
  const auto steps = Messages("isr-clock-step");
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(Int64(steps[0], "microseconds"), microseconds(1h - 100ms).count());
}

TEST_F(IsrSplitTest, RefusesAFormatChange) {
  Begin();
  PushPcm(100);
  gst_harness_set_src_caps_str(harness_,
                               "audio/x-raw,format=S16LE,layout=interleaved,rate=2000,channels=1");
  EXPECT_FALSE(Messages("error").empty());
}

TEST_F(IsrSplitTest, WillNotStartWithoutTheSplitmuxsinkThatItIsGiven) {
  g_object_set(element_, "sink", "nobody", nullptr);
  EXPECT_EQ(gst_element_set_state(element_, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  EXPECT_EQ(Messages("error").size(), 1u);
  gst_element_set_state(element_, GST_STATE_NULL);
  gst_element_set_bus(element_, nullptr);
  gst_object_unref(element_);
}

}  // namespace
}  // namespace isr
