#include "recorder/plain_repair.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace isr {
namespace {

constexpr std::size_t kRiffHeader = 12;  // "RIFF", size, "WAVE"
constexpr std::size_t kChunkHeader = 8;  // id, size
constexpr std::size_t kBlockAlign = 12;  // of nBlockAlign in the data of "fmt "
constexpr std::uint32_t kToTheEnd = std::numeric_limits<std::uint32_t>::max();

struct WavLayout {
  std::uint64_t data = 0;  ///< where the sound begins
  std::uint32_t frame_size = 1;
};

template <std::size_t kSize>
bool ReadAt(const Fd& file, std::uint64_t at, std::array<char, kSize>& bytes) {
  return ::pread(file.Get(), bytes.data(), kSize, static_cast<off_t>(at)) ==
         static_cast<ssize_t>(kSize);
}

std::uint32_t Number(const char* bytes, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

void WriteSize(const Fd& file, std::uint64_t at, std::uint64_t size) {
  auto value = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, kToTheEnd));
  std::array<char, 4> bytes{};
  for (char& byte : bytes) {
    byte = static_cast<char>(value & 0xff);
    value >>= 8;
  }
  if (::pwrite(file.Get(), bytes.data(), bytes.size(), static_cast<off_t>(at)) != 4) {
    throw SystemError("cannot write", errno);
  }
}

/// Nothing for a file that is no WAV, or has no sound.
std::optional<WavLayout> FindData(const Fd& file) {
  std::array<char, kRiffHeader> riff{};
  if (!ReadAt(file, 0, riff) || std::memcmp(riff.data(), "RIFF", 4) != 0 ||
      std::memcmp(riff.data() + 8, "WAVE", 4) != 0) {
    return std::nullopt;
  }
  WavLayout layout;
  std::array<char, kChunkHeader> chunk{};
  for (std::uint64_t at = kRiffHeader; ReadAt(file, at, chunk);) {
    const std::string_view id(chunk.data(), 4);
    const std::uint64_t length = Number(chunk.data() + 4, 4);
    at += kChunkHeader;
    if (id == "data") {
      layout.data = at;
      return layout;
    }
    std::array<char, 2> block_align{};
    if (id == "fmt " && ReadAt(file, at + kBlockAlign, block_align)) {
      layout.frame_size = std::max<std::uint32_t>(1, Number(block_align.data(), 2));
    }
    at += length + (length & 1);
  }
  return std::nullopt;
}

}  // namespace

RepairedAudio RepairPlainly(const Fd& file) {
  struct stat facts {};
  if (::fstat(file.Get(), &facts) != 0) throw SystemError("cannot look at it", errno);
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  const auto layout = FindData(file);
  if (!layout) return {.bytes = size};
  const std::uint64_t frames = (size - layout->data) / layout->frame_size;
  const std::uint64_t data = frames * layout->frame_size;
  // A chunk of odd size is followed by a byte of padding (RIFF).
  const std::uint64_t end = layout->data + data + (data & 1);
  if (end != size && ::ftruncate(file.Get(), static_cast<off_t>(end)) != 0) {
    throw SystemError("cannot cut it", errno);
  }
  WriteSize(file, layout->data - 4, data);
  WriteSize(file, 4, end - kChunkHeader);
  return {.bytes = end, .frames = frames};
}

}  // namespace isr
