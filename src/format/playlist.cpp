#include "format/playlist.hpp"

#include <map>

#include "base/text.hpp"

namespace isr {
namespace {

constexpr size_t kMostEntries = 100;

/// Takes the first line off `text`.
std::string_view NextLine(std::string_view& text) {
  const size_t end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return Trim(line);
}

/// "File7=http://..."
void AddPlsEntry(std::string_view line, std::map<long, std::string>& entries) {
  constexpr std::string_view kKey = "file";
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos || LowerCase(line.substr(0, kKey.size())) != kKey) return;
  const auto number = ParseInteger(Trim(line.substr(kKey.size(), equals - kKey.size())));
  const std::string_view address = Trim(line.substr(equals + 1));
  if (number.has_value() && !address.empty()) entries.emplace(*number, address);
}

}  // namespace

std::vector<std::string> PlaylistEntries(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const bool is_pls = LowerCase(Trim(text).substr(0, 10)) == "[playlist]";
  std::map<long, std::string> entries;
  while (!text.empty() && entries.size() < kMostEntries) {
    const std::string_view line = NextLine(text);
    if (is_pls) {
      AddPlsEntry(line, entries);
    } else if (!line.empty() && line.front() != '#') {
      entries.emplace(static_cast<long>(entries.size()), line);
    }
  }
  std::vector<std::string> in_order;
  for (auto& [number, address] : entries) in_order.push_back(std::move(address));
  return in_order;
}

}  // namespace isr
