#include "format/crc.hpp"
#include "format/flac_frame.hpp"
#include "format/flac_metadata.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

/// One channel of 576 equal samples at 44.1 kHz, 16 bits, as frame `number` (below 128) of a stream
/// with one block size. `loud`: another 100 bytes, as if the block were not constant.
Bytes FlacFrame(std::uint8_t number, std::uint8_t sample, bool loud = false) {
  Bytes frame = {0xff, 0xf8, 0x29, 0x08, number};
  frame.push_back(FlacCrc8::Of(frame));
  AppendBytes(frame, Bytes{0x00, sample, sample});
  if (loud) frame.resize(frame.size() + 100, 0x33);
  AppendBigEndian(frame, FlacCrc16::Of(frame), 2);
  return frame;
}

std::vector<Bytes> FlacFrames(int count) {
  std::vector<Bytes> frames;
  for (int i = 0; i < count; ++i) {
    frames.push_back(FlacFrame(static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i), true));
  }
  return frames;
}

TEST(FlacFramer, CutsARealFileIntoItsFrames) {
  const Bytes file = Sample("tone.flac");
  const Framed framed = FrameAll(Codec::kFlac, file);
  ASSERT_EQ(framed.formats.size(), 1u);
  EXPECT_EQ(framed.formats[0].rate, 16000);
  EXPECT_EQ(framed.formats[0].bits, 16);
  EXPECT_EQ(framed.Samples(), 8000u);
  EXPECT_EQ(framed.bytes, file.size());
  EXPECT_EQ(framed.garbage, 0u);
  EXPECT_EQ(framed.titles, std::vector<std::string>{"House - Sweep"});
  for (size_t i = 0; i < framed.frames.size(); ++i) EXPECT_EQ(framed.positions[i], i * 576);
}

TEST(FlacFramer, GivesTheSameFramesHoweverTheBytesAreCut) {
  const Bytes file = Concat({Sample("tone.flac"), {9, 9, 9}, Sample("tone.flac")});
  ExpectSameFramesHoweverCut(Codec::kFlac, file);
}

TEST(FlacFramer, JoinsInTheMiddleWithoutTheStreamsHeader) {
  const Bytes file = Sample("tone.flac");
  const Framed whole = FrameAll(Codec::kFlac, file);
  const size_t middle = file.size() - whole.Joined().size() + whole.frames[0].size() + 5;
  const Framed framed = FrameAll(Codec::kFlac, ByteView(file).subspan(middle));
  ASSERT_EQ(framed.formats.size(), 1u);
  EXPECT_EQ(framed.frames.size(), whole.frames.size() - 2);
  EXPECT_EQ(framed.positions.front(), 2u * 576);
  const auto info = ParseFlacStreamInfo(framed.formats[0].headers.at(0));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->rate, 16000);
  EXPECT_EQ(info->max_block, 576u);
  EXPECT_EQ(info->total, 0u);
}

TEST(FlacFramer, IsNotMisledByAHeaderInsideOfAFrame) {
  auto frames = FlacFrames(5);
  Bytes inner = FlacFrame(77, 1);
  Bytes& frame = frames[2];
  std::copy(inner.begin(), inner.begin() + 6, frame.begin() + 30);
  frame.resize(frame.size() - 2);
  AppendBigEndian(frame, FlacCrc16::Of(frame), 2);
  const Framed framed = FrameAll(Codec::kFlac, Concat(frames));
  EXPECT_EQ(framed.frames, frames);
}

TEST(FlacFramer, LosesOnlyTheFrameThatIsDamaged) {
  auto frames = FlacFrames(6);
  frames[3][50] ^= 1;
  const Framed framed = FrameAll(Codec::kFlac, Concat(frames));
  EXPECT_EQ(framed.garbage, frames[3].size());
  frames.erase(frames.begin() + 3);
  EXPECT_EQ(framed.frames, frames);
}

TEST(FlacFramer, DoesNotLetATruncatedFrameTakeTheNextOne) {
  auto frames = FlacFrames(6);
  frames[3].resize(40);
  const Framed framed = FrameAll(Codec::kFlac, Concat(frames));
  EXPECT_EQ(framed.frames.size(), 5u);
  EXPECT_EQ(framed.garbage, 40u);
}

TEST(FlacFramer, KeepsFramesOnBothSidesOfGarbage) {
  auto frames = FlacFrames(6);
  frames.insert(frames.begin() + 3, Bytes(50000, 0xff));
  const Framed framed = FrameAll(Codec::kFlac, Concat(frames));
  EXPECT_GE(framed.frames.size(), 5u);
  EXPECT_EQ(framed.frames.back(), frames.back());
}

TEST(FlacFramer, TellsANewChainFromANewFormat) {
  const Bytes file = Sample("tone.flac");
  EXPECT_EQ(FrameAll(Codec::kFlac, Concat({file, file})).chains, 1u);
  EXPECT_EQ(FrameAll(Codec::kFlac, Concat({file, file})).formats.size(), 1u);
  const Framed changed = FrameAll(Codec::kFlac, Concat({file, Concat(FlacFrames(3))}));
  ASSERT_EQ(changed.formats.size(), 2u);
  EXPECT_EQ(changed.formats[1].rate, 44100);
}

TEST(FlacFramer, TakesZerosBehindTheLastFrameAsGarbage) {
  const auto frames = FlacFrames(3);
  const Framed framed = FrameAll(Codec::kFlac, Concat({Concat(frames), Bytes(500, 0)}));
  EXPECT_EQ(framed.frames, frames);
  EXPECT_EQ(framed.garbage, 500u);
}

TEST(FlacFrame, IsRenumberedToCountSamples) {
  const Framed framed = FrameAll(Codec::kFlac, Sample("tone.flac"));
  for (const std::uint64_t position : {0ull, 127ull, 128ull, 0x7ffull, 0x800ull, 0xffffffull,
                                       0x3ffffffull, 0x80000000ull, 0xfffffffffull}) {
    Bytes frame;
    ASSERT_TRUE(RenumberFlacFrame(framed.frames[1], position, frame));
    FlacFrameHeader header;
    ASSERT_EQ(ParseFlacFrameHeader(frame, header), HeaderSight::kYes) << position;
    EXPECT_TRUE(header.variable);
    EXPECT_EQ(header.number, position);
    EXPECT_EQ(header.block_size, 576u);
    EXPECT_EQ(FlacCrc16::Of(frame), 0) << "the CRC of a frame with its CRC is 0";
  }
}

TEST(FlacFrame, IsRenumberedToCountFrames) {
  Bytes frame;
  ASSERT_TRUE(RenumberFixedFlacFrame(FlacFrame(100, 1), 3, frame));
  EXPECT_EQ(frame, FlacFrame(3, 1));
}

TEST(FlacFrame, IsNotRenumberedWhenItIsNone) {
  Bytes out;
  EXPECT_FALSE(RenumberFlacFrame(Bytes(100, 0xff), 0, out));
  EXPECT_FALSE(RenumberFlacFrame(FlacFrame(1, 1), std::uint64_t{1} << 36, out));
  EXPECT_FALSE(RenumberFixedFlacFrame(FlacFrame(1, 1), std::uint64_t{1} << 31, out));
  EXPECT_TRUE(out.empty());
}

TEST(FlacMetadata, BuildsTheStreamInfoOfARealFileByteForByte) {
  const Bytes file = Sample("tone.flac");
  const ByteView body = ByteView(file).subspan(8, kFlacStreamInfoBytes);
  const auto info = ParseFlacStreamInfo(body);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->total, 8000u);
  EXPECT_EQ(BuildFlacStreamInfo(*info), Bytes(body.begin(), body.end()));
}

TEST(FlacIndex, CountsWhatWasAddedInAHeaderOfOneSize) {
  FlacIndex index({.min_block = 4096, .max_block = 4096, .rate = 44100, .channels = 2, .bits = 24},
                  10);
  const VorbisComment comment{"isr", {{"TITLE", "x"}}};
  const size_t size = index.Build(comment).size();
  for (int i = 0; i < 3000; ++i) index.Add(Bytes(1000 + static_cast<size_t>(i % 7)), 4096);
  index.Add(Bytes(400), 100);
  const Bytes header = index.Build(comment);
  EXPECT_EQ(header.size(), size);
  const auto info = ParseFlacStreamInfo(ByteView(header).subspan(8));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->total, 3000u * 4096 + 100);
  EXPECT_EQ(info->min_block, 4096u);
  EXPECT_EQ(info->max_block, 4096u);
  EXPECT_EQ(info->min_frame, 400u);
  EXPECT_EQ(info->max_frame, 1006u);
}

TEST(FlacIndex, SpreadsItsSeekPointsOverAllOfTheFile) {
  FlacIndex index({.rate = 44100, .channels = 2, .bits = 16}, 10);
  for (int i = 0; i < 30000; ++i) index.Add(Bytes(100), 4096);
  const Bytes header = index.Build({});
  const size_t table = 4 + 4 + kFlacStreamInfoBytes + 4;
  std::uint64_t last = 0;
  int points = 0;
  for (; points < 10; ++points) {
    const ByteView point = ByteView(header).subspan(table + static_cast<size_t>(points) * 18);
    const std::uint64_t sample = BigEndian(point, 8);
    if (sample == ~std::uint64_t{0}) break;
    EXPECT_EQ(BigEndian(point.subspan(8), 8), sample / 4096 * 100);
    last = sample;
  }
  EXPECT_GE(points, 5);
  EXPECT_GT(last, 30000u * 4096 / 2);
}

}  // namespace
}  // namespace isr
