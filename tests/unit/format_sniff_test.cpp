#include "format/sniff.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

Content ContentOf(std::string_view text, bool ended = false) {
  return Sniff(AsBytes(text), ended).content;
}

TEST(Sniff, KnowsEachCodecByARealFile) {
  EXPECT_EQ(Sniff(Sample("cbr.mp3")).content, Content::kMpegAudio);
  EXPECT_EQ(Sniff(Sample("tone.aac")).content, Content::kAdtsAac);
  EXPECT_EQ(Sniff(Sample("tone.flac")).content, Content::kFlac);
  EXPECT_EQ(Sniff(Sample("tone_vorbis.ogg")).content, Content::kOggVorbis);
  EXPECT_EQ(Sniff(Sample("tone.opus")).content, Content::kOggOpus);
  EXPECT_EQ(Sniff(Sample("tone_flac.ogg")).content, Content::kOggFlac);
}

TEST(Sniff, FindsFramesBehindAPieceOfOne) {
  const Bytes mp3 = Concat({MpegFrame(1), MpegFrame(2), MpegFrame(3), MpegFrame(4)});
  EXPECT_EQ(Sniff(ByteView(mp3).subspan(200)).content, Content::kMpegAudio);
}

TEST(Sniff, KnowsPlaylists) {
  EXPECT_EQ(ContentOf("#EXTM3U\r\nhttp://a.example/live\r\n"), Content::kM3u);
  EXPECT_EQ(ContentOf("  http://a.example/live"), Content::kM3u);
  EXPECT_EQ(ContentOf("[Playlist]\nFile1=http://a.example/live\n"), Content::kPls);
  EXPECT_EQ(ContentOf("#EXTM3U\n#EXT-X-TARGETDURATION:10\nhttp://a.example/1.aac\n"),
            Content::kHls);
}

TEST(Sniff, KnowsWebPages) {
  EXPECT_EQ(ContentOf("\xef\xbb\xbf\r\n <!DOCTYPE html><html>"), Content::kHtml);
  EXPECT_EQ(ContentOf("<?xml version=\"1.0\"?>"), Content::kHtml);
}

TEST(Sniff, KnowsWavOfBothSizes) {
  EXPECT_EQ(ContentOf(std::string_view("RIFF\x10\0\0\0WAVEfmt ", 16)), Content::kNeedMore);
  const std::string riff = std::string("RIFF\x10\0\0\0WAVEfmt ", 16) + std::string(20, '\0');
  EXPECT_EQ(ContentOf(riff), Content::kWav);
  EXPECT_EQ(ContentOf("RF64" + riff.substr(4)), Content::kWav);
}

TEST(Sniff, LooksBehindAShortTagAndAsksToSkipALongOne) {
  Bytes tag = {'I', 'D', '3', 3, 0, 0, 0, 0, 1, 0};  // and 128 bytes
  tag.resize(138, 0);
  EXPECT_EQ(Sniff(Concat({tag, Sample("cbr.mp3")})).content, Content::kMpegAudio);
  tag[8] = 100;
  const Sniffed sniffed = Sniff(tag);
  EXPECT_EQ(sniffed.content, Content::kTag);
  EXPECT_EQ(sniffed.skip, 10u + 100 * 128);
}

TEST(Sniff, AsksForMoreOnlyUpToItsLimit) {
  EXPECT_EQ(ContentOf(""), Content::kNeedMore);
  EXPECT_EQ(ContentOf("Og"), Content::kNeedMore);
  EXPECT_EQ(Sniff(Bytes(kSniffBytes - 1, 0x80)).content, Content::kNeedMore);
  EXPECT_EQ(Sniff(Bytes(kSniffBytes, 0x80)).content, Content::kUnknown);
  EXPECT_EQ(ContentOf("Stream is offline", true), Content::kUnknown);
}

}  // namespace
}  // namespace isr
