#include "format/tag.hpp"

namespace isr {
namespace {

std::uint64_t Id3v2Bytes(ByteView bytes) {
  constexpr size_t kHeader = 10;
  if (bytes.size() < kHeader || bytes[3] < 2 || bytes[3] > 4 || bytes[4] == 0xff ||
      (bytes[5] & 0x0f) != 0) {
    return 0;
  }
  std::uint64_t size = 0;
  for (size_t i = 6; i < kHeader; ++i) {
    if (bytes[i] >= 0x80) return 0;
    size = size << 7 | bytes[i];
  }
  const bool footer = (bytes[5] & 0x10) != 0;
  return kHeader + size + (footer ? kHeader : 0);
}

std::uint64_t ApeBytes(ByteView bytes) {
  constexpr std::uint32_t kIsHeader = 1u << 29;
  if (bytes.size() < kTagHeaderBytes) return 0;
  const bool header = (LittleEndian(bytes.subspan(20), 4) & kIsHeader) != 0;
  // The size counts the items and the footer; a lone footer here has its items before it.
  return kTagHeaderBytes + (header ? LittleEndian(bytes.subspan(12), 4) : 0);
}

}  // namespace

bool LooksLikeTag(ByteView bytes) {
  return StartsWith(bytes, "ID3") || StartsWith(bytes, "TAG") || StartsWith(bytes, "APET");
}

std::uint64_t TagBytes(ByteView bytes) {
  std::uint64_t size = 0;
  if (StartsWith(bytes, "ID3")) size = Id3v2Bytes(bytes);
  if (StartsWith(bytes, "TAG")) size = 128;
  if (StartsWith(bytes, "APETAGEX")) size = ApeBytes(bytes);
  return size <= kMaxTagBytes ? size : 0;
}

}  // namespace isr
