#include "format/vorbis_comment.hpp"

#include "format/text_encoding.hpp"

namespace isr {
namespace {

constexpr size_t kMaxEntries = 1000;
constexpr size_t kMaxEntry = 65536;

/// A length (4 bytes, least significant first) and as many bytes, taken off the front of `rest`.
std::optional<std::string_view> TakeText(ByteView& rest) {
  if (rest.size() < 4) return std::nullopt;
  const std::uint64_t length = LittleEndian(rest, 4);
  rest = rest.subspan(4);
  if (length > rest.size()) return std::nullopt;
  const auto size = static_cast<size_t>(length);
  const std::string_view text(reinterpret_cast<const char*>(rest.data()), size);
  rest = rest.subspan(size);
  return text;
}

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

}  // namespace

std::string_view VorbisComment::Find(std::string_view name) const {
  for (const auto& [key, value] : entries) {
    if (key == name) return value;
  }
  return {};
}

std::string VorbisComment::Title() const {
  const std::string_view artist = Find("ARTIST");
  const std::string_view title = Find("TITLE");
  std::string text(artist);
  if (!artist.empty() && !title.empty()) text += " - ";
  return text.append(title);
}

std::optional<VorbisComment> ParseVorbisComment(ByteView body) {
  const auto vendor = TakeText(body);
  if (!vendor || body.size() < 4) return std::nullopt;
  VorbisComment comment;
  comment.vendor = Utf8OrLatin1(*vendor);
  const std::uint64_t count = LittleEndian(body, 4);
  body = body.subspan(4);
  for (std::uint64_t i = 0; i < count && comment.entries.size() < kMaxEntries; ++i) {
    const auto entry = TakeText(body);
    if (!entry) return std::nullopt;
    const size_t equals = entry->find('=');
    if (equals == std::string_view::npos || entry->size() > kMaxEntry) continue;
    comment.entries.emplace_back(UpperCase(entry->substr(0, equals)),
                                 Utf8OrLatin1(entry->substr(equals + 1)));
  }
  return comment;
}

Bytes BuildVorbisComment(const VorbisComment& comment) {
  Bytes body;
  AppendLittleEndian(body, comment.vendor.size(), 4);
  AppendText(body, comment.vendor);
  AppendLittleEndian(body, comment.entries.size(), 4);
  for (const auto& [name, value] : comment.entries) {
    AppendLittleEndian(body, name.size() + 1 + value.size(), 4);
    AppendText(body, name);
    body.push_back('=');
    AppendText(body, value);
  }
  return body;
}

}  // namespace isr
