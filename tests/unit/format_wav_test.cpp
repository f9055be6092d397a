#include "format/wav_header.hpp"
#include "format/wav_reader.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

WavFacts Facts(int channels, int bits) {
  WavFacts facts{.rate = 48000, .channels = channels, .bits = bits};
  facts.description = "desk";
  facts.originator = "isr";
  facts.origination_date = "2026-11-20";
  facts.origination_time = "14:00:00";
  facts.time_reference = std::uint64_t{14} * 3600 * 48000;
  facts.coding_history = "A=PCM,F=48000,W=16,M=stereo,T=isr\r\n";
  return facts;
}

TEST(WavHeader, IsOfOneSizeWhateverItSays) {
  EXPECT_EQ(BuildWavHeader(Facts(2, 16), 0).size(), kWavHeaderBytes);
  EXPECT_EQ(BuildWavHeader(Facts(32, 32), std::uint64_t{1} << 40).size(), kWavHeaderBytes);
  WavFacts wordy = Facts(1, 24);
  wordy.coding_history.assign(10000, 'x');
  wordy.description.assign(10000, 'y');
  EXPECT_EQ(BuildWavHeader(wordy, 3).size(), kWavHeaderBytes);
}

TEST(WavHeader, IsReadBack) {
  const auto layout = ReadWavHeader(BuildWavHeader(Facts(2, 24), 6000));
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->rate, 48000);
  EXPECT_EQ(layout->channels, 2);
  EXPECT_EQ(layout->bits, 24);
  EXPECT_EQ(layout->format, 1);
  EXPECT_EQ(layout->frame_bytes, 6u);
  EXPECT_EQ(layout->data_at, kWavHeaderBytes);
  EXPECT_EQ(layout->data_bytes, 6000u);
  EXPECT_EQ(layout->riff_bytes, kWavHeaderBytes - 8 + 6000);
  EXPECT_EQ(layout->time_reference, std::uint64_t{14} * 3600 * 48000);
}

TEST(WavHeader, CountsThePaddingOfOddData) {
  const auto layout = ReadWavHeader(BuildWavHeader(Facts(1, 24), 9));
  EXPECT_EQ(layout->data_bytes, 9u);
  EXPECT_EQ(layout->riff_bytes, kWavHeaderBytes - 8 + 10);
}

TEST(WavHeader, BecomesRf64WhereItsSizePasses4GiB) {
  const std::uint64_t fits = 0xffffffff - (kWavHeaderBytes - 8) - 3;
  EXPECT_TRUE(StartsWith(BuildWavHeader(Facts(2, 16), fits), "RIFF"));
  const std::uint64_t large = fits + 4;
  const Bytes header = BuildWavHeader(Facts(2, 16), large);
  EXPECT_TRUE(StartsWith(header, "RF64"));
  EXPECT_TRUE(StartsWith(ByteView(header).subspan(12), "ds64"));
  const auto layout = ReadWavHeader(header);
  EXPECT_EQ(layout->data_bytes, large);
  EXPECT_EQ(layout->riff_bytes, kWavHeaderBytes - 8 + large);
}

TEST(WavHeader, IsExtensibleOnlyWhereItMustBe) {
  const auto tag = [](int channels, int bits) {
    const Bytes header = BuildWavHeader(Facts(channels, bits), 0);
    const std::string text(header.begin(), header.end());
    return static_cast<std::uint8_t>(text[text.find("fmt ") + 8]);
  };
  EXPECT_EQ(tag(2, 16), 1);
  EXPECT_EQ(tag(3, 16), 0xfe);
  EXPECT_EQ(tag(1, 24), 0xfe);
}

TEST(WavHeader, PutsTheBroadcastExtensionWhereTech3285Says) {
  const Bytes header = BuildWavHeader(Facts(2, 16), 0);
  const std::string text(header.begin(), header.end());
  const size_t bext = text.find("bext") + 8;
  EXPECT_EQ(text.substr(bext, 5), std::string("desk\0", 5));
  EXPECT_EQ(text.substr(bext + 256, 4), std::string("isr\0", 4));
  EXPECT_EQ(text.substr(bext + 320, 18), "2026-11-2014:00:00");
  EXPECT_EQ(text.substr(bext + 602, 5), "A=PCM");
}

TEST(WavHeader, MarksSizesThatDoNotFitWithoutRoomForDs64) {
  Bytes header;
  AppendText(header, "RIFF....WAVEfmt ");
  AppendLittleEndian(header, 16, 4);
  const Bytes fmt = {1, 0, 1, 0, 0x44, 0xac, 0, 0, 0x88, 0x58, 1, 0, 2, 0, 16, 0};
  AppendBytes(header, fmt);
  AppendText(header, "data....");
  PatchWavSizes(header, header.size(), std::uint64_t{5} << 30, 2);
  EXPECT_TRUE(StartsWith(header, "RIFF"));
  EXPECT_EQ(LittleEndian(ByteView(header).subspan(4), 4), 0xffffffffu);
  EXPECT_EQ(LittleEndian(ByteView(header).subspan(header.size() - 4), 4), 0xffffffffu);
}

TEST(WavReader, RefusesWhatHasNoSound) {
  const Bytes header = BuildWavHeader(Facts(2, 16), 100);
  EXPECT_FALSE(ReadWavHeader(ByteView(header).first(4000)));
  EXPECT_FALSE(ReadWavHeader(AsBytes("RIFF....WAVEdata....")));
  EXPECT_FALSE(ReadWavHeader(AsBytes("RIFF")));
}

}  // namespace
}  // namespace isr
