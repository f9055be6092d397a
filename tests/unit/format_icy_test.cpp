#include "format/icy.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

Bytes Block(const std::string& text) {
  Bytes block = {static_cast<std::uint8_t>((text.size() + 15) / 16)};
  AppendText(block, text);
  block.resize(1 + block[0] * 16u, 0);
  return block;
}

struct Read {
  Bytes audio;
  std::vector<IcyMetadata> blocks;
};

Read ReadAll(std::uint32_t interval, ByteView stream, size_t step) {
  IcyReader reader(interval);
  Read read;
  while (!stream.empty()) {
    ByteView piece = stream.first(std::min(step, stream.size()));
    stream = stream.subspan(piece.size());
    while (const auto item = reader.Next(piece)) {
      if (const auto* audio = std::get_if<IcyAudio>(&*item)) AppendBytes(read.audio, audio->bytes);
      if (const auto* block = std::get_if<IcyMetadata>(&*item)) read.blocks.push_back(*block);
    }
  }
  return read;
}

TEST(IcyReader, TakesTheMetadataOutHoweverTheBytesAreCut) {
  const Bytes audio(10, 0xaa);
  const Bytes stream =
      Concat({audio, Block("StreamTitle='One';"), audio, Block(""), audio, Block("x"), audio});
  for (const size_t step : {1u, 3u, 1000u}) {
    const Read read = ReadAll(10, stream, step);
    EXPECT_EQ(read.audio, Bytes(40, 0xaa));
    ASSERT_EQ(read.blocks.size(), 2u);
    EXPECT_EQ(read.blocks[0].raw, "StreamTitle='One';");
    EXPECT_EQ(read.blocks[1].raw, "x");
  }
}

TEST(IcyReader, PassesAllThroughWithoutAnInterval) {
  EXPECT_EQ(ReadAll(0, Bytes(100, 1), 7).audio, Bytes(100, 1));
}

TEST(IcyMetadata, FindsTheTitleBetweenItsQuotes) {
  const auto title = [](std::string raw) { return IcyMetadata{std::move(raw)}.Title(); };
  EXPECT_EQ(title("StreamTitle='A - B';StreamUrl='http://x';"), "A - B");
  EXPECT_EQ(title("StreamUrl='';StreamTitle='It's; it';s';"), "It's; it';s");
  EXPECT_EQ(title("StreamTitle='';"), "");
  EXPECT_EQ(title("StreamTitle='cut"), "cut");
  EXPECT_EQ(title("StreamTitle='quote'"), "quote");
  EXPECT_FALSE(title("StreamUrl='x';"));
}

TEST(IcyMetadata, ReadsWhatIsNotUtf8AsLatin1) {
  EXPECT_EQ(IcyMetadata{"StreamTitle='Gr\xc3\xbc\xc3\x9f';"}.Title(), "Gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(IcyMetadata{"StreamTitle='Gr\xfc\xdf';"}.Title(), "Gr\xc3\xbc\xc3\x9f");
}

}  // namespace
}  // namespace isr
