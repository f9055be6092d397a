#include "http/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "base/text.hpp"

namespace isr {
namespace {

/// A run of digits; what is too large for the type is as good as its largest value.
std::optional<std::uint64_t> ParsePosition(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec != std::errc()) return std::numeric_limits<std::uint64_t>::max();
  return value;
}

ByteRange Part(std::uint64_t first, std::uint64_t last, std::uint64_t size) {
  if (first >= size) return {ByteRange::Kind::kUnsatisfiable, 0, 0};
  return {ByteRange::Kind::kPart, first, std::min(last, size - 1) - first + 1};
}

}  // namespace

ByteRange ResolveRange(std::string_view header, std::uint64_t size) {
  const ByteRange whole{ByteRange::Kind::kWhole, 0, size};
  const size_t equals = header.find('=');
  if (equals == std::string_view::npos || LowerCase(Trim(header.substr(0, equals))) != "bytes") {
    return whole;
  }
  const std::string_view range = Trim(header.substr(equals + 1));
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view first_text = range.substr(0, dash);
  const std::string_view last_text = range.substr(dash + 1);

  if (first_text.empty()) {
    const auto suffix = ParsePosition(last_text);
    if (!suffix) return whole;
    if (*suffix == 0 || size == 0) return {ByteRange::Kind::kUnsatisfiable, 0, 0};
    return Part(size - std::min(*suffix, size), size - 1, size);
  }
  const auto first = ParsePosition(first_text);
  const auto last =
      last_text.empty() ? std::numeric_limits<std::uint64_t>::max() : ParsePosition(last_text);
  if (!first || !last || *last < *first) return whole;
  return Part(*first, *last, size);
}

}  // namespace isr
