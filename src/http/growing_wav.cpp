#include "http/growing_wav.hpp"

#include <algorithm>
#include <limits>

namespace isr {
namespace {

constexpr size_t kRiffHeader = 12;  // "RIFF", size, "WAVE"
constexpr size_t kChunkHeader = 8;  // id, size
constexpr size_t kBlockAlign = 12;  // of nBlockAlign in the fmt chunk's data

std::uint64_t LittleEndian(std::string_view bytes, size_t at, size_t count) {
  std::uint64_t value = 0;
  for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void PutSize(std::string& bytes, size_t at, std::uint64_t size) {
  // What does not fit is written as "to the end of the file".
  std::uint64_t value = std::min<std::uint64_t>(size, std::numeric_limits<std::uint32_t>::max());
  for (size_t i = 0; i < 4; ++i, value >>= 8) bytes[at + i] = static_cast<char>(value & 0xff);
}

}  // namespace

std::optional<WavSnapshot> SnapshotOfGrowingWav(std::string_view head, std::uint64_t size) {
  if (!head.starts_with("RIFF") || head.size() < kRiffHeader || head.substr(8, 4) != "WAVE") {
    return std::nullopt;
  }
  std::uint64_t frame_size = 1;
  for (size_t at = kRiffHeader; at + kChunkHeader <= head.size();) {
    const std::string_view id = head.substr(at, 4);
    const std::uint64_t length = LittleEndian(head, at + 4, 4);
    const size_t body = at + kChunkHeader;
    if (id == "data") {
      if (size < body) return std::nullopt;
      const std::uint64_t data = (size - body) / frame_size * frame_size;
      WavSnapshot snapshot{std::string(head.substr(0, body)), body + data};
      PutSize(snapshot.head, 4, snapshot.size - kChunkHeader);
      PutSize(snapshot.head, at + 4, data);
      return snapshot;
    }
    if (id == "fmt " && body + kBlockAlign + 2 <= head.size()) {
      frame_size = std::max<std::uint64_t>(1, LittleEndian(head, body + kBlockAlign, 2));
    }
    if (length > head.size()) return std::nullopt;
    at = body + static_cast<size_t>(length + (length & 1));
  }
  return std::nullopt;
}

}  // namespace isr
