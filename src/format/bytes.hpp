#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace isr {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The number in the first `count` (1 to 8) bytes of `bytes`, most significant first. `bytes` has
/// at least that many.
constexpr std::uint64_t BigEndian(ByteView bytes, size_t count) {
  std::uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

/// The same, least significant first.
constexpr std::uint64_t LittleEndian(ByteView bytes, size_t count) {
  std::uint64_t value = 0;
  for (size_t i = count; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

/// Appends the low `count` (1 to 8) bytes of `value`, most significant first.
inline void AppendBigEndian(Bytes& out, std::uint64_t value, size_t count) {
  for (size_t i = count; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

/// The same, least significant first.
inline void AppendLittleEndian(Bytes& out, std::uint64_t value, size_t count) {
  for (size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

inline void AppendBytes(Bytes& out, ByteView bytes) {
  // Not insert(): at -O2 g++ 12 takes that for an overflow.
  const size_t before = out.size();
  out.resize(before + bytes.size());
  if (!bytes.empty()) std::memcpy(out.data() + before, bytes.data(), bytes.size());
}

/// The bytes of a text, as long as the text lives.
inline ByteView AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline void AppendText(Bytes& out, std::string_view text) {
  AppendBytes(out, AsBytes(text));
}

/// The characters that the bytes are, as long as the bytes live.
inline std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline bool StartsWith(ByteView bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

}  // namespace isr
