#include <numeric>

#include "format/cut.hpp"
#include "format/flac_edge.hpp"
#include "format/flac_frame.hpp"
#include "format/ogg_headers.hpp"
#include "format/wav_header.hpp"
#include "format/wav_reader.hpp"
#include "format/xing.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

struct Result {
  Bytes bytes;
  double end = 0;
};

Result CutFrom(ByteView file, double start, double end, std::optional<FilePlace> place = {}) {
  const MemoryFile memory(file);
  const auto cut = MakeCut(
      memory.Handle(), {.start = start, .end = end, .bytes = file.size(), .place = place}, [] {});
  Result result{.bytes = {}, .end = cut->End()};
  while (cut->Read(result.bytes)) {
  }
  EXPECT_EQ(result.bytes.size(), cut->Size());
  return result;
}

std::string TroubleOf(ByteView file, double start, double end) {
  try {
    CutFrom(file, start, end);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A mono FLAC file of 8 kHz in blocks of 512 samples, the last shorter; samples that no predictor
/// foresees.
struct FlacFixture {
  static constexpr std::uint32_t kBlock = 512;

  explicit FlacFixture(size_t count) : samples(count) {
    std::uint32_t state = 1;
    for (std::int32_t& sample : samples) {
      state = state * 1103515245 + 12345;
      sample = static_cast<std::int32_t>(state >> 17) - 16384;
    }
    FlacIndex index(info);
    Bytes frames;
    for (size_t at = 0; at < count; at += kBlock) {
      const size_t length = std::min<size_t>(kBlock, count - at);
      const FlacSamples block(samples.begin() + static_cast<std::ptrdiff_t>(at),
                              samples.begin() + static_cast<std::ptrdiff_t>(at + length));
      for (const EncodedFlacFrame& frame : EncodeFlacFrames(info, block)) {
        Bytes numbered;
        EXPECT_TRUE(RenumberFixedFlacFrame(frame.bytes, at / kBlock, numbered));
        index.Add(numbered, frame.samples);
        AppendBytes(frames, numbered);
      }
    }
    file = index.Build({.vendor = "test", .entries = {{"TITLE", "noise"}}});
    AppendBytes(file, frames);
  }

  FlacStreamInfo info{
      .min_block = kBlock, .max_block = kBlock, .rate = 8000, .channels = 1, .bits = 16};
  FlacSamples samples;
  Bytes file;
};

struct DecodedFlac {
  FlacStreamInfo info;
  FlacSamples samples;
  Framed framed;
};

DecodedFlac DecodeFlac(ByteView file) {
  DecodedFlac decoded{.info = {}, .samples = {}, .framed = FrameAll(Codec::kFlac, file)};
  decoded.info = ParseFlacStreamInfo(decoded.framed.formats.at(0).headers.at(0)).value();
  for (const Bytes& frame : decoded.framed.frames) {
    const FlacSamples samples = DecodeFlacFrame(decoded.info, frame);
    decoded.samples.insert(decoded.samples.end(), samples.begin(), samples.end());
  }
  return decoded;
}

TEST(CutFlac, IsThatStretchToTheSampleWithoutAShortBlockInside) {
  const FlacFixture source(5000);
  for (const auto& [first, last] : std::vector<std::pair<size_t, size_t>>{{0, 5000},
                                                                          {0, 512},
                                                                          {512, 1024},
                                                                          {1, 4999},
                                                                          {511, 513},
                                                                          {500, 2000},
                                                                          {510, 520},
                                                                          {700, 701},
                                                                          {497, 1025},
                                                                          {4990, 5000},
                                                                          {1023, 1536}}) {
    const Result cut =
        CutFrom(source.file, static_cast<double>(first) / 8000, static_cast<double>(last) / 8000);
    const DecodedFlac decoded = DecodeFlac(cut.bytes);
    EXPECT_EQ(decoded.samples, FlacSamples(source.samples.begin() + static_cast<long>(first),
                                           source.samples.begin() + static_cast<long>(last)))
        << first << " to " << last;
    EXPECT_EQ(decoded.info.total, last - first);
    EXPECT_GE(decoded.info.min_block, kMinFlacBlock);
    const auto& sizes = decoded.framed.samples;
    for (size_t i = 0; i + 1 < sizes.size(); ++i) EXPECT_GE(sizes[i], kMinFlacBlock);
    EXPECT_EQ(decoded.framed.positions.at(0), 0u);
    EXPECT_EQ(decoded.framed.garbage, 0u);
    EXPECT_EQ(decoded.framed.titles, std::vector<std::string>{"noise"});
  }
}

TEST(CutFlac, CopiesTheFramesBetweenItsEnds) {
  const FlacFixture source(5000);
  const Framed before = FrameAll(Codec::kFlac, source.file);
  const Framed after =
      FrameAll(Codec::kFlac, CutFrom(source.file, 100. / 8000, 3000. / 8000).bytes);
  ASSERT_EQ(after.frames.size(), 6u);
  for (size_t i = 1; i + 1 < after.frames.size(); ++i) {
    Bytes renumbered;
    ASSERT_TRUE(RenumberFlacFrame(before.frames[i], after.positions[i], renumbered));
    EXPECT_EQ(after.frames[i], renumbered);
  }
}

TEST(CutFlac, BeginsReadingAtAPlaceThatIsKnown) {
  const FlacFixture source(50000);
  const std::uint64_t middle = source.file.size() / 2;
  EXPECT_EQ(CutFrom(source.file, 5, 6, FilePlace{.bytes = middle, .samples = 25000}).bytes,
            CutFrom(source.file, 5, 6).bytes);
}

TEST(CutFlac, KeepsSamplesOf32Bits) {
  FlacStreamInfo info{.rate = 48000, .channels = 2, .bits = 32};
  const FlacSamples samples = {INT32_MIN, INT32_MAX, 0, -1, 123456789, -123456789};
  const auto frames = EncodeFlacFrames(info, samples);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].samples, 3u);
  EXPECT_EQ(DecodeFlacFrame(info, frames[0].bytes), samples);
}

/// `frames` of 16 bits, mono, 8 kHz, each its own number.
Bytes NumberedWav(const WavFacts& facts, size_t frames) {
  Bytes file = BuildWavHeader(facts, 2 * frames);
  for (size_t i = 0; i < frames; ++i) AppendLittleEndian(file, i, 2);
  return file;
}

WavFacts WavAt(const char* date, const char* time, std::uint64_t time_reference) {
  WavFacts facts{.rate = 8000, .channels = 1, .bits = 16};
  facts.origination_date = date;
  facts.origination_time = time;
  facts.time_reference = time_reference;
  facts.coding_history = "A=PCM\r\n";
  return facts;
}

TEST(CutWav, HoldsThatStretchToTheSampleAndTheRightSizes) {
  const Bytes file = NumberedWav(WavAt("2026-11-20", "14:00:00", 0), 20000);
  const Result cut = CutFrom(file, 1.5, 2.000125);
  const auto layout = ReadWavHeader(cut.bytes);
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->data_bytes, 2 * 4001u);
  EXPECT_EQ(layout->riff_bytes + 8, cut.bytes.size());
  const ByteView data = ByteView(cut.bytes).subspan(layout->data_at);
  EXPECT_EQ(LittleEndian(data, 2), 12000u);
  EXPECT_EQ(LittleEndian(data.last(2), 2), 16000u);
}

struct Origin {
  std::string date_and_time;
  std::uint64_t reference = 0;
};

Origin OriginOf(const Bytes& wav) {
  const size_t at = AsText(wav).find("bext") + 8;
  return {std::string(AsText(ByteView(wav).subspan(at + 320, 18))),
          LittleEndian(ByteView(wav).subspan(at + 338), 8)};
}

TEST(CutWav, BeginsAtTheTimeOfItsFirstSample) {
  const std::uint64_t two_in_the_afternoon = 14ull * 3600 * 8000;
  const Bytes file =
      NumberedWav(WavAt("2026-11-20", "14:00:00", two_in_the_afternoon + 4000), 20000);
  const Origin origin = OriginOf(CutFrom(file, 1.6, 2).bytes);
  // Half a second past the second that the text knows, and 1.6 s.
  EXPECT_EQ(origin.date_and_time, "2026-11-2014:00:02");
  EXPECT_EQ(origin.reference, two_in_the_afternoon + 4000 + 12800);
}

TEST(CutWav, BeginsOnTheNextDayBehindMidnight) {
  const Bytes file = NumberedWav(WavAt("2026-12-31", "23:59:59", (86400ull - 1) * 8000), 20000);
  const Origin origin = OriginOf(CutFrom(file, 1.5, 2).bytes);
  EXPECT_EQ(origin.date_and_time, "2027-01-0100:00:00");
  EXPECT_EQ(origin.reference, 4000u);
}

TEST(CutWav, CountsOnWhereTheTextAgreesWithNoClock) {
  const Bytes file = NumberedWav(WavAt("2026-12-31", "23:59:59", 3600ull * 8000), 20000);
  const Origin origin = OriginOf(CutFrom(file, 1.5, 2).bytes);
  EXPECT_EQ(origin.date_and_time, "2027-01-0100:00:00");
  EXPECT_EQ(origin.reference, 3600ull * 8000 + 12000);
  const Bytes odd = NumberedWav(WavAt("somewhere", "", 7), 20000);
  EXPECT_EQ(OriginOf(CutFrom(odd, 1.5, 2).bytes).reference, 12007u);
}

TEST(CutWav, OfAFileThatGrowsEndsWhereItDoesNow) {
  Bytes file = NumberedWav(WavAt("2026-11-20", "14:00:00", 0), 20000);
  const Bytes header = BuildWavHeader(WavAt("2026-11-20", "14:00:00", 0), 8000);
  std::copy(header.begin(), header.end(), file.begin());
  const Result cut = CutFrom(file, 2, 10);
  EXPECT_DOUBLE_EQ(cut.end, 2.5);
  EXPECT_EQ(ReadWavHeader(cut.bytes)->data_bytes, 2 * 4000u);
}

TEST(CutWav, Of6GiBIsRf64) {
  constexpr std::uint64_t kData = std::uint64_t{6} << 30;
  const Bytes header = BuildWavHeader(WavAt("2026-11-20", "14:00:00", 0), kData);
  const MemoryFile file(header);
  const auto size = static_cast<off_t>(kWavHeaderBytes + kData);
  ASSERT_EQ(::ftruncate(file.Handle().Get(), size), 0);
  const auto cut = MakeCut(
      file.Handle(),
      {.start = 1, .end = 1e6, .bytes = static_cast<std::uint64_t>(size), .place = std::nullopt},
      [] {});
  Bytes begin;
  ASSERT_TRUE(cut->Read(begin));
  EXPECT_TRUE(StartsWith(begin, "RF64"));
  const auto layout = ReadWavHeader(begin);
  EXPECT_EQ(layout->data_bytes, kData - 16000);
  EXPECT_EQ(layout->data_at + layout->data_bytes, cut->Size());
}

TEST(CutFrames, AreTheOnesThatHoldTheStretch) {
  // 1152 samples at 44.1 kHz are 26.1 ms.
  std::vector<Bytes> frames;
  for (std::uint8_t i = 0; i < 100; ++i) frames.push_back(MpegFrame(i));
  Bytes file;
  AppendText(file, std::string_view("ID3\x03\0\0\0\0\0\x0a          ", 20));
  AppendBytes(file, Concat(frames));
  const Result cut = CutFrom(file, 0.5, 1);
  const Framed framed = FrameAll(Codec::kMpegAudio, cut.bytes);
  EXPECT_EQ(framed.frames, std::vector<Bytes>(frames.begin() + 19, frames.begin() + 39));
  EXPECT_EQ(framed.info_frames, 1u);
  const auto facts = ParseXing(cut.bytes);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->frames, 20u);
  EXPECT_EQ(facts->bytes, cut.bytes.size());
  const FilePlace place{.bytes = 20 + 10 * 417, .samples = 11500};  // as far off as a track may be
  EXPECT_EQ(CutFrom(file, 0.5, 1, place).bytes, cut.bytes);
}

TEST(CutFrames, OfAdtsStayAsTheyAre) {
  std::vector<Bytes> frames;
  for (std::uint8_t i = 0; i < 100; ++i) frames.push_back(AdtsFrame(200u + i, i));
  const Result cut = CutFrom(Concat(frames), 1024. / 44100, 3072. / 44100);
  EXPECT_EQ(cut.bytes, Concat({frames[1], frames[2]}));
}

TEST(CutOgg, OfOpusIsHeardFromTheSampleOn) {
  const Bytes file = Sample("tone.opus");
  const Framed before = FrameAll(Codec::kOpus, file);
  const Framed after = FrameAll(Codec::kOpus, CutFrom(file, 0.2, 0.3).bytes);
  const int pre_skip = after.formats.at(0).pre_skip;
  // 80 ms for the decoder, in whole packets.
  EXPECT_GE(pre_skip, 3840);
  EXPECT_LT(pre_skip, 3840 + 960);
  EXPECT_EQ(after.Samples() - after.trim - static_cast<std::uint64_t>(pre_skip), 4800u);
  const auto found = std::find(before.frames.begin(), before.frames.end(), after.frames.front());
  ASSERT_NE(found, before.frames.end());
  EXPECT_TRUE(std::equal(after.frames.begin(), after.frames.end(), found));
  const auto at = static_cast<size_t>(found - before.frames.begin());
  const auto samples =
      std::accumulate(before.samples.begin(), before.samples.begin() + static_cast<long>(at), 0u);
  EXPECT_EQ(samples + static_cast<unsigned>(pre_skip),
            9600u + static_cast<unsigned>(before.formats.at(0).pre_skip));
}

TEST(CutOgg, OfAWholeFileLosesNothing) {
  for (const auto& [name, codec] :
       {std::pair("tone.opus", Codec::kOpus), std::pair("tone_vorbis.ogg", Codec::kVorbis),
        std::pair("tone_flac.ogg", Codec::kOggFlac)}) {
    const Framed before = FrameAll(codec, Sample(name));
    const Framed after = FrameAll(codec, CutFrom(Sample(name), 0, 100).bytes);
    EXPECT_EQ(after.samples, before.samples) << name;
    EXPECT_EQ(after.trim, before.trim) << name;
    EXPECT_EQ(after.titles, before.titles) << name;
    EXPECT_TRUE(codec == Codec::kOggFlac || after.frames == before.frames) << name;
    EXPECT_EQ(after.formats.at(0).pre_skip, before.formats.at(0).pre_skip) << name;
  }
}

TEST(CutOgg, OfVorbisHasThePacketBefore) {
  const Bytes file = Sample("tone_vorbis.ogg");
  const Framed before = FrameAll(Codec::kVorbis, file);
  const Framed after = FrameAll(Codec::kVorbis, CutFrom(file, 0.2, 0.4).bytes);
  const auto found = std::find(before.frames.begin(), before.frames.end(), after.frames.front());
  ASSERT_NE(found, before.frames.end());
  EXPECT_TRUE(std::equal(after.frames.begin(), after.frames.end(), found));
  const auto behind = static_cast<size_t>(found - before.frames.begin()) + 1;
  const auto begin = std::accumulate(before.samples.begin(),
                                     before.samples.begin() + static_cast<long>(behind), 0u);
  const auto rate = before.formats.at(0).rate;
  EXPECT_LE(begin, 0.2 * rate);
  EXPECT_GT(begin + before.samples.at(behind), 0.2 * rate);
  EXPECT_EQ(begin + after.Samples() - after.trim, static_cast<std::uint64_t>(0.4 * rate));
}

TEST(Cut, SaysWhatCannotBe) {
  EXPECT_NE(TroubleOf(Sample("tone.flac"), 70, 80).find("it lasts 0.500 s"), std::string::npos);
  EXPECT_NE(TroubleOf(NumberedWav(WavAt("", "", 0), 20000), 2.5, 3).find("it lasts 2.500 s"),
            std::string::npos);
  Bytes mp4 = {0, 0, 0, 32};
  AppendText(mp4, "ftypM4A ");
  mp4.resize(5000, 0);
  EXPECT_NE(TroubleOf(mp4, 0, 1).find("it is MP4 (M4A); only WAV"), std::string::npos);
  EXPECT_NE(TroubleOf(Bytes(5000, 0), 0, 1).find("something unknown"), std::string::npos);
  EXPECT_NE(TroubleOf({}, 0, 1), "");
  Bytes adpcm = NumberedWav(WavAt("", "", 0), 1000);
  adpcm[AsText(adpcm).find("fmt ") + 8] = 2;
  EXPECT_NE(TroubleOf(adpcm, 0, 0.1).find("coding 0x0002"), std::string::npos);
}

TEST(CutName, TellsTheStretchInAFileSystemsCharacters) {
  EXPECT_EQ(CutName("day/20261120_140000.flac", 12.5, 3660),
            "20261120_140000_00m12.500s-1h01m00.000s.flac");
  EXPECT_EQ(CutName("a.b.mp3", 0.0004, 59.9996), "a.b_00m00.000s-01m00.000s.mp3");
  EXPECT_EQ(CutName("@s/plain", 0, 1), "plain_00m00.000s-00m01.000s");
}

}  // namespace
}  // namespace isr
