#include <algorithm>
#include <string>

#include "format/icy.hpp"
#include "format/text_encoding.hpp"
#include "tests/fuzz/target.hpp"

namespace {

/// The audio and the titles of a stream that comes in pieces of `step` bytes.
std::string ReadAll(std::uint32_t interval, isr::ByteView stream, std::size_t step) {
  isr::IcyReader reader(interval);
  std::string audio, titles;
  while (!stream.empty()) {
    isr::ByteView piece = stream.first(std::min(step, stream.size()));
    stream = stream.subspan(piece.size());
    while (const auto item = reader.Next(piece)) {
      if (const auto* part = std::get_if<isr::IcyAudio>(&*item)) audio += isr::AsText(part->bytes);
      if (const auto* block = std::get_if<isr::IcyMetadata>(&*item)) {
        const std::string title = block->Title().value_or("");
        isr::Check(isr::IsUtf8(title), "a title is UTF-8");
        titles += title + '\n';
      }
    }
    isr::Check(piece.empty(), "all that came is used");
  }
  return audio + titles;
}

}  // namespace

/// The first byte is the interval.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const isr::ByteView stream(data + 1, size - 1);
  const std::string whole = ReadAll(data[0], stream, std::max<std::size_t>(size, 1));
  isr::Check(whole == ReadAll(data[0], stream, 1), "pushes of one byte give the same");
  return 0;
}
