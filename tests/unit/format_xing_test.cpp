#include "format/mpeg_header.hpp"
#include "format/xing.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

TEST(MpegHeader, TellsTheLengthOfEachLayersFrames) {
  const auto length = [](Bytes header) { return ParseMpegHeader(header)->frame_bytes; };
  EXPECT_EQ(length({0xff, 0xfb, 0x90, 0x00}), 417u);   // MPEG-1 layer III, 128 kb/s, 44.1 kHz
  EXPECT_EQ(length({0xff, 0xfb, 0x92, 0x00}), 418u);   // padded
  EXPECT_EQ(length({0xff, 0xfd, 0xa4, 0x00}), 576u);   // layer II, 192 kb/s, 48 kHz
  EXPECT_EQ(length({0xff, 0xff, 0xc2, 0x00}), 420u);   // layer I, 384 kb/s, 44.1 kHz, padded
  EXPECT_EQ(length({0xff, 0xf3, 0x80, 0x00}), 208u);   // MPEG-2 layer III, 64 kb/s, 22.05 kHz
  EXPECT_EQ(length({0xff, 0xe5, 0xe8, 0x00}), 2880u);  // MPEG-2.5 layer II, 160 kb/s, 8 kHz
}

TEST(Xing, ReadsTheFactsOfARealFile) {
  const Bytes file = Sample("vbr.mp3");
  const auto header = ParseMpegHeader(file);
  ASSERT_TRUE(header);
  const auto facts = ParseXing(ByteView(file).first(header->frame_bytes));
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->variable_rate);
  EXPECT_EQ(facts->frames, FrameAll(Codec::kMpegAudio, file).frames.size());
  EXPECT_EQ(facts->bytes, file.size());
}

TEST(Xing, CountsTheFramesThatWereAdded) {
  XingIndex index;
  for (int i = 0; i < 5000; ++i) index.Add(MpegFrame(7));
  const Bytes frame = index.Build();
  const auto facts = ParseXing(frame);
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->variable_rate);
  EXPECT_EQ(facts->frames, 5000u);
  EXPECT_EQ(facts->bytes, 5000u * 417 + frame.size());
}

TEST(Xing, IsOfOneSizeHoweverLongTheFile) {
  XingIndex index;
  EXPECT_TRUE(index.Build().empty());
  index.Add(MpegFrame(7));
  const size_t size = index.Build().size();
  EXPECT_EQ(BuildXingFrame(MpegFrame(7), {}).size(), size);
  Bytes dense = MpegFrame(7);
  dense[2] = 0xe0;  // 320 kb/s
  dense.resize(1044);
  index.Add(dense);
  EXPECT_EQ(index.Build().size(), size);
  EXPECT_TRUE(ParseXing(index.Build())->variable_rate);
}

TEST(Xing, FindsPlacesByTime) {
  XingIndex index;
  Bytes dense = MpegFrame(7);
  dense[2] = 0xe0;
  dense.resize(1044);
  for (int i = 0; i < 3000; ++i) index.Add(i < 1500 ? MpegFrame(7) : dense);
  const Bytes frame = index.Build();
  const size_t toc = 36 + 16;
  const double half = 1500.0 * 417 / (1500.0 * 417 + 1500.0 * 1044) * 256;
  EXPECT_NEAR(frame[toc + 50], half, 1.0);
  EXPECT_EQ(frame[toc], 0);
  EXPECT_NEAR(frame[toc + 99], 253, 2.0);
}

TEST(Xing, IsAFrameOfItsFileAlsoAtTheLowestRate) {
  const Bytes low = {0xff, 0xe3, 0x18, 0xc0};  // MPEG-2.5, 8 kb/s, 8 kHz, mono: 72 bytes
  const Bytes frame = BuildXingFrame(low, {.frames = 1, .bytes = 2});
  const auto header = ParseMpegHeader(frame);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->frame_bytes, frame.size());
  EXPECT_EQ(header->rate, 8000);
  EXPECT_TRUE(ParseXing(frame));
}

TEST(Xing, HasNoPlaceInLayerTwo) {
  EXPECT_TRUE(BuildXingFrame(Bytes{0xff, 0xfd, 0xa4, 0x00}, {}).empty());
}

}  // namespace
}  // namespace isr
