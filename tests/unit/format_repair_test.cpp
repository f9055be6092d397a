#include <sys/mman.h>
#include <unistd.h>

#include "format/flac_metadata.hpp"
#include "format/ogg_page.hpp"
#include "format/repair.hpp"
#include "format/wav_header.hpp"
#include "format/wav_reader.hpp"
#include "format/xing.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

/// A file that is nowhere on the disk.
class MemoryFile {
 public:
  explicit MemoryFile(ByteView bytes) : fd_(::memfd_create("test", MFD_CLOEXEC)) {
    EXPECT_EQ(::pwrite(fd_.Get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }
  const Fd& Handle() const { return fd_; }
  Bytes Content() const {
    Bytes bytes(static_cast<size_t>(::lseek(fd_.Get(), 0, SEEK_END)));
    EXPECT_EQ(::pread(fd_.Get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
    return bytes;
  }

 private:
  Fd fd_;
};

struct Repaired {
  RepairReport report;
  Bytes bytes;
};

/// Repairs a file of these bytes, and makes sure that a second time does nothing.
Repaired Repair(ByteView bytes) {
  const MemoryFile file(bytes);
  Repaired repaired{RepairFile(file.Handle()), file.Content()};
  const RepairReport again = RepairFile(file.Handle());
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.samples, repaired.report.samples);
  EXPECT_EQ(file.Content(), repaired.bytes);
  EXPECT_EQ(repaired.report.bytes, repaired.bytes.size());
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
