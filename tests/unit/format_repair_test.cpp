#include "format/flac_frame.hpp"
#include "format/flac_metadata.hpp"
#include "format/ogg_page.hpp"
#include "format/repair.hpp"
#include "format/wav_header.hpp"
#include "format/wav_reader.hpp"
#include "format/xing.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

struct Repaired {
  RepairReport report;
  Bytes bytes;
};

/// A preview of the first `size` bytes as a file of its own.
Bytes Apply(const RepairPreview& preview, ByteView bytes) {
  Bytes applied(bytes.begin(), bytes.end());
  applied.resize(preview.report.bytes);
  ApplyPatches(preview.patches, 0, applied);
  return applied;
}

/// Repairs a file of these bytes, and makes sure that a second time does nothing, and that a
/// preview of it says the same, also while more bytes follow.
Repaired Repair(ByteView bytes) {
  Bytes longer(bytes.begin(), bytes.end());
  longer.resize(longer.size() + 1000, 0x55);
  const MemoryFile growing(longer);
  const RepairPreview preview = PreviewRepair(growing.Handle(), bytes.size(), {});
  EXPECT_EQ(growing.Content(), longer);

  const MemoryFile file(bytes);
  Repaired repaired{RepairFile(file.Handle()), file.Content()};
  const RepairReport again = RepairFile(file.Handle());
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.samples, repaired.report.samples);
  EXPECT_EQ(file.Content(), repaired.bytes);
  EXPECT_EQ(repaired.report.bytes, repaired.bytes.size());
  EXPECT_EQ(preview.report.samples, repaired.report.samples);
  EXPECT_EQ(Apply(preview, bytes), repaired.bytes);
  return repaired;
}

Bytes WavFile(int channels, int bits, size_t data, std::uint64_t said) {
  WavFacts facts{.rate = 8000, .channels = channels, .bits = bits};
  Bytes file = BuildWavHeader(facts, said);
  file.resize(file.size() + data, 0x11);
  return file;
}

TEST(Repair, LeavesProperlyClosedFilesAsTheyAre) {
  for (const char* name : {"cbr.mp3", "vbr.mp3", "tone.aac", "tone.flac", "tone_vorbis.ogg",
                           "tone.opus", "tone_flac.ogg"}) {
    const Bytes file = Sample(name);
    const Repaired repaired = Repair(file);
    EXPECT_TRUE(repaired.report.recognised) << name;
    EXPECT_FALSE(repaired.report.changed) << name;
    EXPECT_EQ(repaired.bytes, file) << name;
  }
}

TEST(Repair, CountsWhatRealFilesHold) {
  EXPECT_EQ(Repair(Sample("tone.flac")).report.samples, 8000u);
  EXPECT_EQ(Repair(Sample("tone_flac.ogg")).report.samples, 8000u);
  EXPECT_EQ(Repair(Sample("tone_vorbis.ogg")).report.samples, 22050u);
  EXPECT_EQ(Repair(Sample("tone.opus")).report.samples, 24000u);
}

TEST(Repair, SetsTheSizesOfAWavFileAndCutsToAWholeFrame) {
  const Repaired repaired = Repair(WavFile(2, 16, 1003, 400));
  EXPECT_EQ(repaired.report.samples, 250u);
  EXPECT_EQ(repaired.report.bytes_cut, 3u);
  const auto layout = ReadWavHeader(repaired.bytes);
  EXPECT_EQ(layout->data_bytes, 1000u);
  EXPECT_EQ(layout->riff_bytes + 8, repaired.bytes.size());
}

TEST(Repair, PadsOddWavData) {
  const Repaired repaired = Repair(WavFile(1, 24, 10, 0));
  EXPECT_EQ(repaired.report.samples, 3u);
  EXPECT_EQ(repaired.bytes.size(), kWavHeaderBytes + 10);
  EXPECT_EQ(repaired.bytes.back(), 0);
  EXPECT_EQ(ReadWavHeader(repaired.bytes)->data_bytes, 9u);
}

TEST(Repair, MakesAWavFileBeyond4GiBRf64) {
  const MemoryFile file(WavFile(2, 16, 0, 0));
  const off_t size = off_t{5} << 30;
  ASSERT_EQ(::ftruncate(file.Handle().Get(), size), 0);
  const RepairReport report = RepairFile(file.Handle());
  EXPECT_EQ(report.samples, (static_cast<std::uint64_t>(size) - kWavHeaderBytes) / 4);
  Bytes head(kWavHeaderBytes);
  ASSERT_EQ(::pread(file.Handle().Get(), head.data(), head.size(), 0),
            static_cast<ssize_t>(head.size()));
  EXPECT_TRUE(StartsWith(head, "RF64"));
  EXPECT_EQ(ReadWavHeader(head)->data_bytes, static_cast<std::uint64_t>(size) - kWavHeaderBytes);
}

TEST(Repair, KeepsChunksBehindTheDataOfAForeignWavFile) {
  Bytes file = WavFile(2, 16, 100, 100);
  AppendText(file, "LIST");
  AppendLittleEndian(file, 4, 4);
  AppendText(file, "INFO");
  file[4] = static_cast<std::uint8_t>(file.size() - 8);
  file[5] = static_cast<std::uint8_t>((file.size() - 8) >> 8);
  EXPECT_FALSE(Repair(file).report.changed);
}

TEST(Repair, CutsThePieceOfAnMp3FrameAndSetsTheXingHeader) {
  XingIndex index;
  for (int i = 0; i < 3; ++i) index.Add(MpegFrame(1));
  Bytes file = index.Build();
  for (int i = 0; i < 10; ++i) AppendBytes(file, MpegFrame(static_cast<std::uint8_t>(i)));
  const size_t whole = file.size();
  AppendBytes(file, ByteView(MpegFrame(1)).first(100));
  const Repaired repaired = Repair(file);
  EXPECT_EQ(repaired.report.samples, 11520u);
  EXPECT_EQ(repaired.bytes.size(), whole);
  EXPECT_EQ(ParseXing(ByteView(repaired.bytes).first(417))->frames, 10u);
}

TEST(Repair, CutsThePieceOfAnAdtsFrame) {
  Bytes file = Sample("tone.aac");
  const size_t frames = FrameAll(Codec::kAdtsAac, file).frames.size();
  file.resize(file.size() - 3);
  EXPECT_EQ(Repair(file).report.samples, (frames - 1) * 1024);
}

TEST(Repair, CutsThePieceOfAFlacFrameAndSetsTheNumberOfSamples) {
  Bytes file = Sample("tone.flac");
  file.resize(file.size() - 100);
  const Repaired repaired = Repair(file);
  EXPECT_EQ(repaired.report.samples, 13u * 576);
  const auto info = ParseFlacStreamInfo(ByteView(repaired.bytes).subspan(8));
  EXPECT_EQ(info->total, 13u * 576);
  EXPECT_EQ(info->md5, (std::array<std::uint8_t, 16>{}));
  EXPECT_EQ(FrameAll(Codec::kFlac, repaired.bytes).garbage, 0u);
}

TEST(Repair, EndsAnOggStreamAtItsLastWholePage) {
  // The page before the last one ends the stream then.
  Bytes file = Sample("tone_flac.ogg");
  file.resize(file.size() - 10);
  const Repaired repaired = Repair(file);
  EXPECT_TRUE(repaired.report.changed);
  const Framed framed = FrameAll(Codec::kOggFlac, repaired.bytes);
  EXPECT_EQ(framed.garbage, 0u);
  EXPECT_EQ(framed.Samples(), repaired.report.samples);
  OggPage page;
  for (ByteView rest = repaired.bytes; !rest.empty(); rest = rest.subspan(page.bytes.size())) {
    ASSERT_EQ(ParseOggPage(rest, page), HeaderSight::kYes);
  }
  EXPECT_TRUE(page.last);
}

TEST(Repair, CutsZerosThatALostPowerLeftBehind) {
  for (const char* name : {"cbr.mp3", "tone.aac", "tone.flac", "tone_vorbis.ogg", "tone.opus"}) {
    const Bytes file = Sample(name);
    const Repaired repaired = Repair(Concat({file, Bytes(3000000, 0)}));
    EXPECT_EQ(repaired.bytes, file) << name;
    EXPECT_EQ(repaired.report.bytes_cut, 3000000u) << name;
  }
}

TEST(Repair, TakesPointsOutOfASeekTableWhoseFramesAreGone) {
  const Bytes sample = Sample("tone.flac");
  const auto framed = FrameAll(Codec::kFlac, sample);
  FlacIndex index(*ParseFlacStreamInfo(ByteView(sample).subspan(8)), 4);
  Bytes frames;
  // Points at 0, 1, 2 and 3 seconds.
  for (int half_second = 0; half_second < 8; ++half_second) {
    for (size_t i = 0; i < framed.frames.size(); ++i) {
      Bytes frame;
      RenumberFlacFrame(framed.frames[i], index.Samples(), frame);
      index.Add(frame, framed.samples[i]);
      AppendBytes(frames, frame);
    }
  }
  Bytes file = index.Build({});
  AppendBytes(file, frames);
  file.resize(file.size() - frames.size() / 3);
  const Repaired repaired = Repair(file);
  EXPECT_GT(repaired.report.samples, 32000u);
  EXPECT_LT(repaired.report.samples, 48000u);
  const ByteView table = ByteView(repaired.bytes).subspan(4 + 4 + 34 + 4);
  for (size_t i = 0; i < 4; ++i) {
    const std::uint64_t sample_number = BigEndian(table.subspan(18 * i), 8);
    EXPECT_EQ(sample_number, i < 3 ? 16000 * i : UINT64_MAX) << i;
  }
}

TEST(Preview, ReadsAnMp3FileOnlyBehindThePlacesThatAreKnown) {
  for (const char* name : {"cbr.mp3", "vbr.mp3"}) {
    Bytes file = Sample(name);
    auto framed = FrameAll(Codec::kMpegAudio, file);
    for (int i = 0; i < 4; ++i) {  // some seconds
      for (size_t count = framed.frames.size(), j = 0; j < count; ++j) {
        framed.frames.push_back(Bytes(framed.frames[j]));
        framed.samples.push_back(std::uint32_t{framed.samples[j]});
      }
    }
    XingIndex index;
    for (const auto& frame : framed.frames) index.Add(frame);
    const size_t info_bytes = index.Build().size();
    // Without an end, as a growing one.
    XingIndex first;
    first.Add(framed.frames.front());
    file = first.Build();
    std::vector<FilePlace> places;
    std::uint64_t samples = 0;
    for (size_t i = 0; i < framed.frames.size(); ++i) {
      // A place may be a sample off: it is computed from a time.
      if (samples > 0) places.push_back({file.size(), samples + places.size() % 3 - 1});
      AppendBytes(file, framed.frames[i]);
      samples += framed.samples[i];
    }
    places.resize(places.size() / 2);
    const Bytes whole = file;
    // What is not read may be anything.
    const size_t known = places.back().bytes;
    std::fill(file.begin() + static_cast<std::ptrdiff_t>(info_bytes) + 2000,
              file.begin() + static_cast<std::ptrdiff_t>(known), 0x55);
    file.resize(file.size() - 7);
    const MemoryFile growing(file);
    const RepairPreview preview = PreviewRepair(growing.Handle(), file.size(), places);
    EXPECT_EQ(preview.report.samples, samples - framed.samples.back()) << name;
    EXPECT_EQ(preview.report.bytes, whole.size() - framed.frames.back().size()) << name;
    const auto facts = ParseXing(ByteView(Apply(preview, file)).first(info_bytes));
    ASSERT_TRUE(facts) << name;
    EXPECT_EQ(facts->frames, framed.frames.size() - 1) << name;
    EXPECT_EQ(facts->bytes, preview.report.bytes) << name;
    EXPECT_EQ(facts->variable_rate, std::string_view(name) == "vbr.mp3") << name;
  }
}

TEST(Preview, IgnoresPlacesBehindTheEnd) {
  const Bytes file = Sample("tone.aac");
  const auto all = FrameAll(Codec::kAdtsAac, file).frames;
  const MemoryFile growing(file);
  const size_t size = file.size() / 2;
  const FilePlace places[] = {{all[0].size(), 1024}, {file.size(), all.size() * 1024}};
  const RepairPreview preview = PreviewRepair(growing.Handle(), size, places);
  const RepairPreview expected = PreviewRepair(growing.Handle(), size, {});
  EXPECT_GT(preview.report.samples, 2048u);
  EXPECT_EQ(preview.report.samples, expected.report.samples);
  EXPECT_EQ(preview.report.bytes, expected.report.bytes);
  EXPECT_TRUE(preview.patches.empty());
}

TEST(Repair, KeepsWhatItDoesNotUnderstand) {
  Bytes noise(200000);
  std::uint32_t state = 1;
  for (auto& byte : noise)
    byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 25);
  EXPECT_FALSE(Repair(noise).report.recognised);
  EXPECT_FALSE(Repair(Bytes{}).report.recognised);
  const Bytes file = Concat({Sample("cbr.mp3"), noise});
  EXPECT_EQ(Repair(file).report.bytes_cut, 0u);
}

}  // namespace
}  // namespace isr
