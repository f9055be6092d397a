#include "format_fixture.hpp"

namespace isr {
namespace {

std::vector<Bytes> MpegFrames(int count) {
  std::vector<Bytes> frames;
  for (int i = 0; i < count; ++i) frames.push_back(MpegFrame(static_cast<std::uint8_t>(i)));
  return frames;
}

TEST(SyncFramer, CutsARealMp3FileIntoItsFrames) {
  const Bytes file = Sample("cbr.mp3");
  const Framed framed = FrameAll(Codec::kMpegAudio, file);
  ASSERT_EQ(framed.formats.size(), 1u);
  EXPECT_EQ(framed.formats[0].channels, 1);
  EXPECT_EQ(framed.formats[0].layer, 3);
  EXPECT_EQ(framed.info_frames, 1u);
  EXPECT_EQ(framed.garbage, 0u);
  EXPECT_EQ(framed.bytes, file.size());
  EXPECT_EQ(framed.Samples(), 1152u * framed.frames.size());
}

TEST(SyncFramer, CutsARealAacFileIntoItsFrames) {
  const Bytes file = Sample("tone.aac");
  const Framed framed = FrameAll(Codec::kAdtsAac, file);
  ASSERT_EQ(framed.formats.size(), 1u);
  EXPECT_EQ(framed.formats[0].rate, 44100);
  EXPECT_EQ(framed.formats[0].channels, 1);
  EXPECT_EQ(framed.Joined(), file);
  EXPECT_EQ(framed.Samples(), 1024u * framed.frames.size());
}

TEST(SyncFramer, GivesTheSameFramesHoweverTheBytesAreCut) {
  for (const auto& [name, codec] :
       {std::pair{"vbr.mp3", Codec::kMpegAudio}, std::pair{"tone.aac", Codec::kAdtsAac}}) {
    const Bytes file = Concat({{1, 2, 3}, Sample(name), Bytes(700, 0xff), Sample(name)});
    SCOPED_TRACE(name);
    ExpectSameFramesHoweverCut(codec, file);
  }
}

TEST(SyncFramer, DropsThePieceOfAFrameAtWhichItJoins) {
  const Bytes all = Concat(MpegFrames(10));
  const Framed framed = FrameAll(Codec::kMpegAudio, ByteView(all).subspan(100));
  EXPECT_EQ(framed.frames.size(), 9u);
  EXPECT_EQ(framed.garbage, 317u);
}

TEST(SyncFramer, LosesOnlyTheFrameWhoseHeaderIsDamaged) {
  auto frames = MpegFrames(10);
  frames[4][0] = 0;
  const Framed framed = FrameAll(Codec::kMpegAudio, Concat(frames));
  frames.erase(frames.begin() + 4);
  EXPECT_EQ(framed.frames, frames);
  EXPECT_EQ(framed.garbage, 417u);
}

TEST(SyncFramer, DoesNotLetATruncatedFrameTakeTheNextOnesStart) {
  auto frames = MpegFrames(10);
  frames[4].resize(200);
  const Framed framed = FrameAll(Codec::kMpegAudio, Concat(frames), 50);
  frames.erase(frames.begin() + 4);
  EXPECT_EQ(framed.frames, frames);
  EXPECT_EQ(framed.garbage, 200u);
}

TEST(SyncFramer, KeepsTheFrameBeforeGarbage) {
  auto frames = MpegFrames(10);
  frames.insert(frames.begin() + 5, Bytes(65536, 0x55));
  const Framed framed = FrameAll(Codec::kMpegAudio, Concat(frames));
  EXPECT_EQ(framed.frames.size(), 10u);
  EXPECT_EQ(framed.garbage, 65536u);
}

TEST(SyncFramer, SkipsTagsAtTheStartInTheWayAndAtTheEnd) {
  Bytes id3 = {'I', 'D', '3', 4, 0, 0, 0, 0, 2, 0};  // and 256 bytes
  id3.resize(266, 0xff);
  Bytes id3v1 = {'T', 'A', 'G'};
  id3v1.resize(128, ' ');
  auto frames = MpegFrames(6);
  frames.insert(frames.begin() + 3, id3);
  const Bytes file = Concat({id3, Concat(frames), id3v1});
  const Framed framed = FrameAll(Codec::kMpegAudio, file, 11);
  EXPECT_EQ(framed.frames.size(), 6u);
  EXPECT_EQ(framed.tags, 266u + 266u + 128u);
  EXPECT_EQ(framed.garbage, 0u);
}

TEST(SyncFramer, TellsAChangeOfFormatOnceThreeFramesConfirmIt) {
  Bytes other = MpegFrame(1);
  other[2] = 0x94;  // 48 kHz: 384 bytes
  other.resize(384);
  const Bytes file = Concat({Concat(MpegFrames(3)), other, other, other, other});
  const Framed framed = FrameAll(Codec::kMpegAudio, file);
  ASSERT_EQ(framed.formats.size(), 2u);
  EXPECT_EQ(framed.formats[0].rate, 44100);
  EXPECT_EQ(framed.formats[1].rate, 48000);
  EXPECT_EQ(framed.frames.size(), 7u);
}

TEST(SyncFramer, TakesAFrameOfAnotherFormatAmongOthersAsDamaged) {
  auto frames = MpegFrames(8);
  frames[4][2] = 0x94;
  const Framed framed = FrameAll(Codec::kMpegAudio, Concat(frames));
  EXPECT_EQ(framed.formats.size(), 1u);
  EXPECT_EQ(framed.frames.size(), 7u);
}

TEST(SyncFramer, TakesTheModesOfTwoChannelsAsOneFormat) {
  const Bytes file = Concat({MpegFrame(1, 0x00), MpegFrame(2, 0x40), MpegFrame(3, 0x80)});
  const Framed framed = FrameAll(Codec::kMpegAudio, file);
  EXPECT_EQ(framed.formats.size(), 1u);
  EXPECT_EQ(framed.frames.size(), 3u);
}

TEST(SyncFramer, DropsTheInfoFrameButNotAFrameThatHoldsTheWord) {
  Bytes info = MpegFrame(0);
  const std::string word = "Xing";
  std::copy(word.begin(), word.end(), info.begin() + 36);
  Bytes audio = info;
  audio[20] = 1;  // side information
  const Bytes file = Concat({info, MpegFrame(1), audio, MpegFrame(2), MpegFrame(3)});
  const Framed framed = FrameAll(Codec::kMpegAudio, file);
  EXPECT_EQ(framed.info_frames, 1u);
  ASSERT_EQ(framed.frames.size(), 4u);
  EXPECT_EQ(framed.frames[1], audio);
}

TEST(SyncFramer, RefusesFreeFormat) {
  Bytes frame = MpegFrame(0);
  frame[2] = 0x00;
  EXPECT_TRUE(FrameAll(Codec::kMpegAudio, Concat({frame, frame, frame, frame})).frames.empty());
}

TEST(SyncFramer, CountsTheBlocksOfAnAdtsFrame) {
  Bytes frame = AdtsFrame(100, 0x11);
  frame[6] |= 1;  // two raw data blocks
  const Framed framed = FrameAll(Codec::kAdtsAac, Concat({frame, frame, frame}));
  EXPECT_EQ(framed.Samples(), 3u * 2048u);
}

TEST(SyncFramer, GivesTheLastFrameWithoutAnotherBehindIt) {
  const Framed framed = FrameAll(Codec::kAdtsAac, Concat({AdtsFrame(50, 1), AdtsFrame(60, 2)}));
  EXPECT_EQ(framed.frames.size(), 2u);
}

}  // namespace
}  // namespace isr
