#include "format/wav_reader.hpp"

#include <algorithm>
#include <limits>

namespace isr {
namespace {

constexpr size_t kRiffHeader = 12;
constexpr size_t kChunkHeader = 8;
constexpr int kExtensible = 0xfffe;
constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

void ReadFmt(ByteView body, WavLayout& layout) {
  if (body.size() < 16) return;
  const auto number = [body](size_t at, size_t count) {
    return static_cast<std::uint32_t>(LittleEndian(body.subspan(at), count));
  };
  layout.format = static_cast<int>(number(0, 2));
  layout.channels = static_cast<int>(number(2, 2));
  layout.rate = static_cast<int>(std::min<std::uint32_t>(number(4, 4), 1u << 30));
  layout.frame_bytes = number(12, 2);
  layout.bits = static_cast<int>(number(14, 2));
  if (layout.format == kExtensible && body.size() >= 26) {
    layout.format = static_cast<int>(number(24, 2));
  }
}

struct Ds64 {
  std::uint64_t riff_bytes = 0;
  std::uint64_t data_bytes = 0;
};

}  // namespace

std::optional<WavLayout> ReadWavHeader(ByteView head) {
  const bool rf64 = StartsWith(head, "RF64");
  if (head.size() < kRiffHeader || (!rf64 && !StartsWith(head, "RIFF")) ||
      !StartsWith(head.subspan(8), "WAVE")) {
    return std::nullopt;
  }
  WavLayout layout;
  layout.riff_bytes = LittleEndian(head.subspan(4), 4);
  Ds64 large{.riff_bytes = layout.riff_bytes, .data_bytes = kMax32};
  for (size_t at = kRiffHeader; at + kChunkHeader <= head.size();) {
    const ByteView chunk = head.subspan(at);
    const std::uint64_t length = LittleEndian(chunk.subspan(4), 4);
    const ByteView rest = chunk.subspan(kChunkHeader);
    const auto available = static_cast<size_t>(std::min<std::uint64_t>(length, rest.size()));
    const ByteView body = rest.first(available);
    if (StartsWith(chunk, "data")) {
      if (layout.rate == 0 || layout.channels == 0 || layout.frame_bytes == 0) return std::nullopt;
      layout.data_at = at + kChunkHeader;
      layout.data_bytes = rf64 && length == kMax32 ? large.data_bytes : length;
      if (rf64 && layout.riff_bytes == kMax32) layout.riff_bytes = large.riff_bytes;
      return layout;
    }
    if (StartsWith(chunk, "fmt ")) ReadFmt(body, layout);
    if (StartsWith(chunk, "ds64") && body.size() >= 16) {
      large = {LittleEndian(body, 8), LittleEndian(body.subspan(8), 8)};
    }
    if (StartsWith(chunk, "bext") && body.size() >= 346) {
      layout.time_reference = LittleEndian(body.subspan(338), 8);
    }
    if (length > rest.size()) return std::nullopt;
    at += kChunkHeader + available + available % 2;
  }
  return std::nullopt;
}

}  // namespace isr
