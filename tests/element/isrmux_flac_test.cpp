#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include <FLAC/stream_decoder.h>
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "glib/ref.hpp"
#include "plugins/elements.hpp"

namespace isr {
namespace {

constexpr int kRate = 8000;

/// Takes what isrmux gives out as a file that can be written in any place, and remembers the times
/// of what was appended.
struct File {
  std::vector<std::uint8_t> bytes;
  std::size_t at = 0;
  struct Piece {
    std::size_t at;
    GstClockTime time;
  };
  std::vector<Piece> appended;
};

/// What libFLAC reads in bytes: samples of all channels in turn.
class Decoded {
 public:
  explicit Decoded(const std::vector<std::uint8_t>& bytes) : bytes_(bytes) {
    FLAC__StreamDecoder* const decoder = FLAC__stream_decoder_new();
    FLAC__stream_decoder_set_md5_checking(decoder, true);
    FLAC__stream_decoder_init_stream(decoder, Read, nullptr, nullptr, nullptr, nullptr, Write, Meta,
                                     Error, this);
    ended = FLAC__stream_decoder_process_until_end_of_stream(decoder) != 0 && errors == 0;
    is_md5_right = FLAC__stream_decoder_finish(decoder) != 0;
    FLAC__stream_decoder_delete(decoder);
  }

  std::vector<std::int32_t> samples;
  FLAC__StreamMetadata_StreamInfo info{};
  bool ended = false;
  bool is_md5_right = false;
  int errors = 0;

 private:
  static FLAC__StreamDecoderReadStatus Read(const FLAC__StreamDecoder* /*decoder*/,
                                            FLAC__byte* buffer, std::size_t* size, void* data) {
    auto& self = *static_cast<Decoded*>(data);
    *size = std::min(*size, self.bytes_.size() - self.read_);
    std::memcpy(buffer, self.bytes_.data() + self.read_, *size);
    self.read_ += *size;
    return *size == 0 ? FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM
                      : FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
  }
  static FLAC__StreamDecoderWriteStatus Write(const FLAC__StreamDecoder* /*decoder*/,
                                              const FLAC__Frame* frame,
                                              const FLAC__int32* const channels[], void* data) {
    auto& self = *static_cast<Decoded*>(data);
    for (unsigned i = 0; i < frame->header.blocksize; ++i) {
      for (unsigned c = 0; c < frame->header.channels; ++c) self.samples.push_back(channels[c][i]);
    }
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
  }
  static void Meta(const FLAC__StreamDecoder* /*decoder*/, const FLAC__StreamMetadata* metadata,
                   void* data) {
    if (metadata->type != FLAC__METADATA_TYPE_STREAMINFO) return;
    static_cast<Decoded*>(data)->info = metadata->data.stream_info;
  }
  static void Error(const FLAC__StreamDecoder* /*decoder*/,
                    FLAC__StreamDecoderErrorStatus /*status*/, void* data) {
    ++static_cast<Decoded*>(data)->errors;
  }

  const std::vector<std::uint8_t>& bytes_;
  std::size_t read_ = 0;
};

class IsrMuxFlacTest : public testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite() {
    gst_init(nullptr, nullptr);
    RegisterElements(nullptr);
  }

  IsrMuxFlacTest() {
    mux_ = Ref<GstElement>::Adopt(
        GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("isrmux", nullptr))));
    gst_util_set_object_arg(G_OBJECT(mux_.Get()), "pcm-format", "flac");
    source_ = gst_pad_new("source", GST_PAD_SRC);
    sink_ = gst_pad_new("sink", GST_PAD_SINK);
    gst_pad_set_element_private(sink_, &file_);
    gst_pad_set_chain_function(sink_, TakeBuffer);
    gst_pad_set_event_function(sink_, TakeEvent);
    const auto in = Ref<GstPad>::Adopt(gst_element_get_static_pad(mux_.Get(), "sink"));
    const auto out = Ref<GstPad>::Adopt(gst_element_get_static_pad(mux_.Get(), "src"));
    gst_pad_link(source_, in.Get());
    gst_pad_link(out.Get(), sink_);
    gst_pad_set_active(source_, TRUE);
    gst_pad_set_active(sink_, TRUE);
    gst_element_set_state(mux_.Get(), GST_STATE_PLAYING);
    gst_pad_push_event(source_, gst_event_new_stream_start("test"));
  }
  ~IsrMuxFlacTest() override {
    gst_element_set_state(mux_.Get(), GST_STATE_NULL);
    gst_object_unref(source_);
    gst_object_unref(sink_);
  }

  bool SetCaps(int bits, int channels) {
    bits_ = bits;
    channels_ = channels;
    const auto caps = Ref<GstCaps>::Adopt(gst_caps_new_simple(
        "audio/x-raw", "format", G_TYPE_STRING, ("S" + std::to_string(bits) + "LE").c_str(),
        "layout", G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, kRate, "channels", G_TYPE_INT,
        channels, "channel-mask", GST_TYPE_BITMASK,
        channels > 2 ? guint64{0} : (guint64{1} << channels) - 1, nullptr));
    const bool taken = gst_pad_push_event(source_, gst_event_new_caps(caps.Get())) != FALSE;
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(source_, gst_event_new_segment(&segment));
    return taken;
  }

  /// Frames of noise over the whole range, both ends of it among them.
  GstFlowReturn Push(int frames) {
    const auto width = static_cast<std::size_t>(bits_ / 8);
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < frames * channels_; ++i) {
      auto sample = static_cast<std::int32_t>(random_()) >> (32 - bits_);
      if (samples_.size() % 97 == 0) sample = INT32_MIN >> (32 - bits_);
      if (samples_.size() % 101 == 0) sample = INT32_MAX >> (32 - bits_);
      samples_.push_back(sample);
      for (std::size_t b = 0; b < width; ++b) {
        bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint32_t>(sample) >> 8 * b));
      }
    }
    GstBuffer* const buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
    GST_BUFFER_PTS(buffer) = kBegin + gst_util_uint64_scale(pushed_, GST_SECOND, kRate);
    pushed_ += static_cast<std::uint64_t>(frames);
    return gst_pad_push(source_, buffer);
  }

  static GstFlowReturn TakeBuffer(GstPad* pad, GstObject* /*parent*/, GstBuffer* buffer) {
    auto& file = *static_cast<File*>(gst_pad_get_element_private(pad));
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_READ);
    if (file.at == file.bytes.size()) file.appended.push_back({file.at, GST_BUFFER_PTS(buffer)});
    file.bytes.resize(std::max(file.bytes.size(), file.at + map.size));
    std::memcpy(file.bytes.data() + file.at, map.data, map.size);
    file.at += map.size;
    gst_buffer_unmap(buffer, &map);
    gst_buffer_unref(buffer);
    return GST_FLOW_OK;
  }
  static gboolean TakeEvent(GstPad* pad, GstObject* /*parent*/, GstEvent* event) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
      const GstSegment* segment = nullptr;
      gst_event_parse_segment(event, &segment);
      static_cast<File*>(gst_pad_get_element_private(pad))->at = segment->start;
    }
    gst_event_unref(event);
    return TRUE;
  }

  static constexpr GstClockTime kBegin = 3600 * GST_SECOND;  // of the file, in its stream
  File file_;
  Ref<GstElement> mux_;
  GstPad* source_ = nullptr;
  GstPad* sink_ = nullptr;
  int bits_ = 0;
  int channels_ = 0;
  std::uint64_t pushed_ = 0;
  std::vector<std::int32_t> samples_;
  std::mt19937 random_{20261121};
};

TEST_P(IsrMuxFlacTest, GivesBackEverySampleWhateverTheBufferSize) {
  ASSERT_TRUE(SetCaps(GetParam(), 2));
  for (const int frames : {1, 4096, 17, 4095, 10000, 1}) ASSERT_EQ(Push(frames), GST_FLOW_OK);
  gst_pad_push_event(source_, gst_event_new_eos());
  const Decoded decoded(file_.bytes);
  EXPECT_TRUE(decoded.ended);
  EXPECT_TRUE(decoded.is_md5_right);
  EXPECT_EQ(decoded.samples, samples_);
  EXPECT_EQ(decoded.info.total_samples, pushed_);
  EXPECT_EQ(decoded.info.bits_per_sample, static_cast<unsigned>(GetParam()));
  EXPECT_NE(std::count(std::begin(decoded.info.md5sum), std::end(decoded.info.md5sum), 0), 16);
}

TEST_P(IsrMuxFlacTest, CountsEveryFiveSecondsWhatIsThere) {
  ASSERT_TRUE(SetCaps(GetParam(), 1));
  for (int i = 0; i < 120; ++i) ASSERT_EQ(Push(800), GST_FLOW_OK);  // 12 s, and no end
  const Decoded decoded(file_.bytes);
  EXPECT_TRUE(decoded.ended);
  EXPECT_GE(decoded.info.total_samples, 10u * kRate - 4096);
  EXPECT_LE(decoded.info.total_samples, decoded.samples.size());
  samples_.resize(decoded.samples.size());
  EXPECT_EQ(decoded.samples, samples_);
}

TEST_P(IsrMuxFlacTest, GivesEachFrameTheTimeOfItsFirstSample) {
  ASSERT_TRUE(SetCaps(GetParam(), 1));
  for (int i = 0; i < 50; ++i) ASSERT_EQ(Push(1000), GST_FLOW_OK);
  gst_pad_push_event(source_, gst_event_new_eos());
  // The header, then frames of 4096 samples.
  ASSERT_EQ(file_.appended.size(), 1u + 13);
  for (std::size_t i = 1; i < file_.appended.size(); ++i) {
    EXPECT_EQ(file_.appended[i].time,
              kBegin + gst_util_uint64_scale((i - 1) * 4096, GST_SECOND, kRate));
    EXPECT_EQ(file_.bytes[file_.appended[i].at], 0xff) << "a frame's sync code";
  }
}

TEST_P(IsrMuxFlacTest, TakesEightChannels) {
  EXPECT_TRUE(SetCaps(GetParam(), 8));
  ASSERT_EQ(Push(5000), GST_FLOW_OK);
  gst_pad_push_event(source_, gst_event_new_eos());
  EXPECT_EQ(Decoded(file_.bytes).samples, samples_);
}

TEST_P(IsrMuxFlacTest, RefusesNineChannels) {
  SetCaps(GetParam(), 9);
  EXPECT_NE(Push(100), GST_FLOW_OK);
}

TEST_P(IsrMuxFlacTest, EndsWithoutASampleAndWithoutAnEnd) {
  ASSERT_TRUE(SetCaps(GetParam(), 1));
  if (GetParam() == 16) {
    ASSERT_EQ(Push(100), GST_FLOW_OK);
  }
  gst_element_set_state(mux_.Get(), GST_STATE_NULL);
}

INSTANTIATE_TEST_SUITE_P(Bits, IsrMuxFlacTest, testing::Values(16, 24, 32));

}  // namespace
}  // namespace isr
