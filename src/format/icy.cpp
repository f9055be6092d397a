#include "format/icy.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "format/text_encoding.hpp"

namespace isr {
namespace {

constexpr std::uint32_t kLengthUnit = 16;
constexpr std::string_view kTitleField = "StreamTitle='";

/// Whether another field, `name='`, or nothing, stands here.
bool EndsField(std::string_view rest) {
  size_t i = 0;
  while (i < rest.size() && std::isalnum(static_cast<unsigned char>(rest[i])) != 0) ++i;
  return rest.find_first_not_of(" \r\n") == std::string_view::npos ||
         (i > 0 && rest.substr(i).starts_with("='"));
}

/// Where the field's value ends: at the first "';" that another field follows, or the last one.
size_t EndOfValue(std::string_view value) {
  size_t end = std::string_view::npos;
  for (size_t at = value.find("';"); at != std::string_view::npos; at = value.find("';", at + 1)) {
    end = at;
    if (EndsField(value.substr(at + 2))) break;
  }
  if (end != std::string_view::npos) return end;
  return value.ends_with('\'') ? value.size() - 1 : value.size();
}

}  // namespace

std::optional<std::string> IcyMetadata::Title() const {
  const std::string_view text = raw;
  const size_t field = text.find(kTitleField);
  if (field == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(field + kTitleField.size());
  return Utf8OrLatin1(value.substr(0, EndOfValue(value)));
}

std::optional<IcyItem> IcyReader::Next(ByteView& bytes) {
  while (!bytes.empty()) {
    if (block_left_ > 0) {
      const size_t step = std::min<size_t>(block_left_, bytes.size());
      block_ += AsText(bytes.first(step));
      bytes = bytes.subspan(step);
      block_left_ -= static_cast<std::uint32_t>(step);
      if (block_left_ > 0) return std::nullopt;
      IcyMetadata metadata{std::move(block_)};
      block_.clear();
      metadata.raw.resize(metadata.raw.find_last_not_of('\0') + 1);
      if (!metadata.raw.empty()) return metadata;
    } else if (audio_left_ > 0 || interval_ == 0) {
      const size_t step =
          interval_ == 0 ? bytes.size() : std::min<size_t>(audio_left_, bytes.size());
      const ByteView audio = bytes.first(step);
      bytes = bytes.subspan(step);
      if (interval_ != 0) audio_left_ -= static_cast<std::uint32_t>(step);
      return IcyAudio{audio};
    } else {
      block_left_ = bytes[0] * kLengthUnit;
      bytes = bytes.subspan(1);
      audio_left_ = interval_;
    }
  }
  return std::nullopt;
}

}  // namespace isr
