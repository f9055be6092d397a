#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace isr {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

char LowerChar(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

template <typename Number>
std::optional<Number> ParseWhole(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> SplitWords(std::string_view text) {
  const std::string separators = std::string(kSpace) + ',';
  std::vector<std::string> words;
  for (;;) {
    const size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    words.emplace_back(text.substr(0, text.find_first_of(separators)));
    text.remove_prefix(words.back().size());
  }
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerChar);
  return lower;
}

std::optional<double> ParseNumber(std::string_view text) {
  return ParseWhole<double>(text);
}

std::optional<long> ParseInteger(std::string_view text) {
  return ParseWhole<long>(text);
}

std::optional<std::string> NearestName(std::string_view word,
                                       std::span<const std::string> candidates) {
  const std::string lower = LowerCase(word);
  std::optional<std::string> best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = Distance(lower, LowerCase(candidate));
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

std::string HideUrlPasswords(std::string_view text) {
  std::string out;
  while (true) {
    const size_t scheme = text.find("://");
    if (scheme == std::string_view::npos) return out.append(text);
    const size_t authority = scheme + 3;
    const size_t end = std::min(text.find_first_of("/?# \t\r\n'\"", authority), text.size());
    const size_t at = text.substr(0, end).rfind('@');
    out.append(text.substr(0, authority));
    if (at != std::string_view::npos && at >= authority) {
      out.append("***");
      out.append(text.substr(at, end - at));
    } else {
      out.append(text.substr(authority, end - authority));
    }
    text.remove_prefix(end);
  }
}

}  // namespace isr
