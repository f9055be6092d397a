#include "format/ogg_framer.hpp"
#include "format/ogg_headers.hpp"
#include "format/ogg_writer.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

/// `framed` written as a file of its own.
Bytes Write(const Framed& framed, const VorbisComment& comment, std::uint32_t serial = 7,
            std::uint32_t page_samples = 48000) {
  const CodedFormat& format = framed.formats.at(0);
  OggWriter writer(serial, page_samples);
  Bytes out;
  for (const Bytes& header : BuildOggHeaders(format, comment)) writer.AddHeader(header, out);
  for (size_t i = 0; i < framed.frames.size(); ++i) {
    writer.AddPacket(framed.frames[i], framed.samples[i], out);
  }
  writer.Finish(static_cast<std::uint32_t>(framed.trim), out);
  return out;
}

std::vector<OggPage> PagesOf(const Bytes& file) {
  std::vector<OggPage> pages;
  OggPage page;
  for (ByteView rest = file; ParseOggPage(rest, page) == HeaderSight::kYes;) {
    pages.push_back(page);
    rest = rest.subspan(page.bytes.size());
  }
  return pages;
}

TEST(OggFramer, CutsARealVorbisFileIntoItsPackets) {
  const Framed framed = FrameAll(Codec::kVorbis, Sample("tone_vorbis.ogg"));
  ASSERT_EQ(framed.formats.size(), 1u);
  EXPECT_EQ(framed.formats[0].codec, Codec::kVorbis);
  EXPECT_EQ(framed.formats[0].rate, 44100);
  EXPECT_EQ(framed.formats[0].headers.size(), 3u);
  EXPECT_EQ(framed.samples.front(), 0u);
  EXPECT_EQ(framed.Samples() - framed.trim, 22050u);
  EXPECT_EQ(framed.titles, std::vector<std::string>{"House - Sweep"});
}

TEST(OggFramer, CutsARealOpusFileIntoItsPackets) {
  const Framed framed = FrameAll(Codec::kOpus, Sample("tone.opus"));
  ASSERT_EQ(framed.formats.size(), 1u);
  EXPECT_EQ(framed.formats[0].codec, Codec::kOpus);
  EXPECT_EQ(framed.formats[0].pre_skip, 312);
  EXPECT_EQ(framed.Samples() - framed.trim - 312, 24000u);
}

TEST(OggFramer, CutsARealOggFlacFileIntoItsFrames) {
  const Framed ogg = FrameAll(Codec::kOggFlac, Sample("tone_flac.ogg"));
  const Framed native = FrameAll(Codec::kFlac, Sample("tone.flac"));
  ASSERT_EQ(ogg.formats.size(), 1u);
  EXPECT_EQ(ogg.formats[0].codec, Codec::kOggFlac);
  EXPECT_EQ(ogg.formats[0].bits, 16);
  EXPECT_EQ(ogg.frames, native.frames);
  EXPECT_EQ(ogg.positions, native.positions);
}

TEST(OggFramer, GivesTheSamePacketsHoweverTheBytesAreCut) {
  const Bytes file =
      Concat({Sample("tone.opus"), {'O', 'g', 'g', 'S', 0}, Sample("tone_vorbis.ogg")});
  const Framed whole = FrameAll(Codec::kOpus, file, file.size());
  EXPECT_EQ(whole.formats.size(), 2u);
  EXPECT_EQ(whole.garbage, 5u);
  for (const size_t step : {1u, 13u, 1000u}) {
    EXPECT_EQ(FrameAll(Codec::kOpus, file, step).frames, whole.frames) << "in steps of " << step;
  }
}

TEST(OggFramer, TellsAChainOfTheSameCodingFromAChange) {
  const Framed one = FrameAll(Codec::kVorbis, Sample("tone_vorbis.ogg"));
  const Bytes next = Write(one, {"isr", {{"TITLE", "Next"}}}, 8);
  const Framed same = FrameAll(Codec::kVorbis, Concat({Sample("tone_vorbis.ogg"), next}));
  EXPECT_EQ(same.formats.size(), 1u);
  EXPECT_EQ(same.chains, 1u);
  EXPECT_EQ(same.titles, (std::vector<std::string>{"House - Sweep", "Next"}));
  EXPECT_EQ(same.frames.size(), 2 * one.frames.size());
}

TEST(OggFramer, FollowsAChainThatBeginsWithoutAnEndOfTheOneBefore) {
  const Framed one = FrameAll(Codec::kOpus, Sample("tone.opus"));
  Bytes open = Write(one, {}, 7, 5 * 960);
  open.resize(open.size() - PagesOf(open).back().bytes.size());
  const Framed framed = FrameAll(Codec::kOpus, Concat({open, Write(one, {}, 8)}));
  EXPECT_EQ(framed.chains, 1u);
  EXPECT_GT(framed.frames.size(), one.frames.size());
}

TEST(OggFramer, TellsWhatIsMissingWhenPagesAreLost) {
  // Pages of five packets of 20 ms.
  const Framed source = FrameAll(Codec::kOpus, Sample("tone.opus"));
  const Bytes file = Write(source, {}, 7, 5 * 960);
  const auto pages = PagesOf(file);
  ASSERT_GE(pages.size(), 6u);
  Bytes holed;
  for (const OggPage& page : pages) {
    if (page.sequence != 3) AppendBytes(holed, page.bytes);
  }
  const Framed framed = FrameAll(Codec::kOpus, holed);
  ASSERT_EQ(framed.lost.size(), 1u);
  EXPECT_EQ(framed.lost[0].pages, 1u);
  EXPECT_EQ(framed.lost[0].samples, 5u * 960);
  EXPECT_EQ(framed.frames.size(), source.frames.size() - 5);
  EXPECT_EQ(framed.positions[5], 10u * 960);
}

TEST(OggFramer, SkipsAPageWithAWrongChecksum) {
  Bytes file = Write(FrameAll(Codec::kOpus, Sample("tone.opus")), {});
  const auto pages = PagesOf(file);
  file[file.size() - pages.back().bytes.size() + 60] ^= 1;
  const Framed framed = FrameAll(Codec::kOpus, file);
  EXPECT_EQ(framed.garbage, pages.back().bytes.size());
}

TEST(OggFramer, PassesOverStreamsBesideTheFirst) {
  const Bytes opus = Sample("tone.opus"), vorbis = Sample("tone_vorbis.ogg");
  const size_t first = PagesOf(opus)[0].bytes.size(), other = PagesOf(vorbis)[0].bytes.size();
  const auto part = [](const Bytes& bytes, size_t from, size_t to) {
    return Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                 bytes.begin() + static_cast<std::ptrdiff_t>(to));
  };
  const Bytes file = Concat({part(opus, 0, first), part(vorbis, 0, other),
                             part(opus, first, opus.size()), part(vorbis, other, vorbis.size())});
  const Framed framed = FrameAll(Codec::kOpus, file);
  ASSERT_EQ(framed.formats.size(), 1u);
  EXPECT_EQ(framed.frames, FrameAll(Codec::kOpus, opus).frames);
}

TEST(OggMapping, TellsTheDurationOfAnOpusPacketByItsToc) {
  EXPECT_EQ(OpusPacketSamples(Bytes{0x00, 1}), 480u);      // SILK, 10 ms
  EXPECT_EQ(OpusPacketSamples(Bytes{0x18, 1}), 2880u);     // SILK, 60 ms
  EXPECT_EQ(OpusPacketSamples(Bytes{0x68, 1}), 960u);      // hybrid, 20 ms
  EXPECT_EQ(OpusPacketSamples(Bytes{0xe1, 1}), 240u);      // CELT, 2 x 2.5 ms
  EXPECT_EQ(OpusPacketSamples(Bytes{0xfb, 3}), 3u * 960);  // CELT, 3 x 20 ms
  EXPECT_EQ(OpusPacketSamples(Bytes{0x1b, 3}), 0u) << "180 ms are too long";
  EXPECT_EQ(OpusPacketSamples(Bytes{0xfb}), 0u) << "the number of frames is missing";
}

TEST(OggWriter, GivesBackWhatWasWritten) {
  for (const char* name : {"tone.opus", "tone_vorbis.ogg", "tone_flac.ogg"}) {
    const Framed source = FrameAll(Codec::kOpus, Sample(name));
    const Bytes file = Write(source, {"isr", {{"TITLE", "piece"}}});
    const Framed framed = FrameAll(Codec::kOpus, file);
    EXPECT_EQ(framed.frames, source.frames) << name;
    EXPECT_EQ(framed.samples, source.samples) << name;
    EXPECT_EQ(framed.trim, source.trim) << name;
    EXPECT_EQ(framed.titles, std::vector<std::string>{"piece"}) << name;
  }
}

TEST(OggWriter, CountsFromZeroAndMarksBothEnds) {
  const Framed source = FrameAll(Codec::kOpus, Sample("tone.opus"));
  const Bytes file = Write(source, {});
  const auto pages = PagesOf(file);
  ASSERT_GE(pages.size(), 3u);
  EXPECT_TRUE(pages.front().first);
  EXPECT_TRUE(pages.back().last);
  EXPECT_EQ(pages[0].granule, 0);
  EXPECT_EQ(pages[1].granule, 0);
  EXPECT_EQ(pages.back().granule, static_cast<std::int64_t>(source.Samples() - source.trim));
  for (size_t i = 0; i < pages.size(); ++i) EXPECT_EQ(pages[i].sequence, i);
}

TEST(OggWriter, SpreadsALargePacketOverPages) {
  const Framed source = FrameAll(Codec::kVorbis, Sample("tone_vorbis.ogg"));
  const VorbisComment large{
      "isr",
      {{"TITLE", "x"}, {"DATA", std::string(60000, 'd')}, {"MORE", std::string(60000, 'e')}}};
  const Bytes file = Write(source, large);
  const Framed framed = FrameAll(Codec::kVorbis, file);
  EXPECT_EQ(framed.frames, source.frames);
  EXPECT_EQ(framed.titles, std::vector<std::string>{"x"});
  EXPECT_TRUE(PagesOf(file)[2].continued);
}

TEST(OggHeaders, ChangeTheSourcesWhereAFileOfItsOwnNeedsIt) {
  CodedFormat opus = FrameAll(Codec::kOpus, Sample("tone.opus")).formats.at(0);
  opus.pre_skip = 3840;
  const auto headers = BuildOggHeaders(opus, {"isr", {}});
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(LittleEndian(ByteView(headers[0]).subspan(10), 2), 3840u);
  EXPECT_TRUE(StartsWith(headers[1], "OpusTags"));
  EXPECT_TRUE(BuildOggHeaders({.codec = Codec::kVorbis}, {}).empty());
}

}  // namespace
}  // namespace isr
