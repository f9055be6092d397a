#include "config/value.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "base/text.hpp"
#include "config/filename_pattern.hpp"
#include "config/stream_url.hpp"

namespace isr {
namespace {

/// The spellings that configparser's getboolean takes.
constexpr std::array<std::pair<std::string_view, bool>, 8> kYesNoWords{{{"yes", true},
                                                                        {"true", true},
                                                                        {"on", true},
                                                                        {"1", true},
                                                                        {"no", false},
                                                                        {"false", false},
                                                                        {"off", false},
                                                                        {"0", false}}};

ValueResult Faulty(std::string problem) {
  return {{}, std::move(problem)};
}

ValueResult ParseRanged(const KeyInfo& key, std::string_view text) {
  const std::optional<double> number = ParseNumber(text);
  const bool is_integer = key.kind == KeyKind::kInteger;
  if (!number || std::isnan(*number) || (is_integer && std::trunc(*number) != *number)) {
    return Faulty(fmt::format("'{}' is not a {}number; use {}", HideUrlPasswords(text),
                              is_integer ? "whole " : "", DescribeRange(key)));
  }
  if (*number < key.range.min || *number > key.range.max) {
    return Faulty(fmt::format("'{}' is out of range; use {}", text, DescribeRange(key)));
  }
  if (is_integer) return {static_cast<long>(*number), {}};
  return {*number, {}};
}

ValueResult ParseYesNo(std::string_view text) {
  const std::string lower = LowerCase(text);
  for (const auto& [word, value] : kYesNoWords) {
    if (word == lower) return {value, {}};
  }
  return Faulty(fmt::format("'{}' is not yes or no; use one of them", HideUrlPasswords(text)));
}

ValueResult ParseChoice(const KeyInfo& key, std::string_view text) {
  const auto found = std::find_if(key.words.begin(), key.words.end(), [text](const auto& word) {
    return LowerCase(word) == LowerCase(text);
  });
  if (found != key.words.end()) return {*found, {}};
  return Faulty(
      fmt::format("'{}' is not known; use {}", HideUrlPasswords(text), JoinWords(key.words)));
}

ValueResult ParseNumberChoice(const KeyInfo& key, std::string_view text) {
  ValueResult result = ParseChoice(key, text);
  if (result.problem.empty()) result.value = ParseInteger(text).value_or(0);
  return result;
}

ValueResult ParseAddress(std::string_view text) {
  const std::string address(text);
  in6_addr ignored{};
  if (inet_pton(AF_INET, address.c_str(), &ignored) == 1 ||
      inet_pton(AF_INET6, address.c_str(), &ignored) == 1) {
    return {address, {}};
  }
  return Faulty(fmt::format("'{}' is not an IP address; use one such as 127.0.0.1, 0.0.0.0 or ::",
                            HideUrlPasswords(text)));
}

ValueResult ParsePath(std::string_view text, const std::string& working_directory) {
  if (text.empty()) return {std::string(), {}};
  std::string path = (std::filesystem::path(working_directory) / text).lexically_normal().string();
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  return {std::move(path), {}};
}

ValueResult ParsePattern(std::string_view text) {
  std::string problem = FilenamePatternProblem(text);
  if (problem.empty()) return {std::string(text), {}};
  return Faulty(fmt::format("'{}' {}", HideUrlPasswords(text), problem));
}

ValueResult ParseUrl(std::string_view text) {
  const std::string problem = SplitStreamUrl(text).problem;
  return {std::string(text), problem.empty() ? problem : "the address " + problem};
}

}  // namespace

ValueResult ParseValue(const KeyInfo& key, std::string_view text,
                       const std::string& working_directory) {
  if (text.empty() && key.blank == Blank::kDefault) text = key.default_text;
  switch (key.kind) {
    case KeyKind::kText:
    case KeyKind::kSecret:
      return {std::string(text), {}};
    case KeyKind::kPath:
      return ParsePath(text, working_directory);
    case KeyKind::kPattern:
      return ParsePattern(text);
    case KeyKind::kUrl:
      return ParseUrl(text);
    case KeyKind::kAddress:
      return ParseAddress(text);
    case KeyKind::kInteger:
      return key.words.empty() ? ParseRanged(key, text) : ParseNumberChoice(key, text);
    case KeyKind::kNumber:
      return ParseRanged(key, text);
    case KeyKind::kYesNo:
      return ParseYesNo(text);
    case KeyKind::kChoice:
      return ParseChoice(key, text);
  }
  return Faulty("cannot be read");
}

std::string ToText(const KeyInfo& key, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (key.kind == KeyKind::kSecret && !text->empty()) return "***";
    return key.kind == KeyKind::kUrl ? HideUrlPasswords(*text) : *text;
  }
  if (const auto* yes = std::get_if<bool>(&value)) return *yes ? "yes" : "no";
  if (const auto* integer = std::get_if<long>(&value)) return fmt::format("{}", *integer);
  return fmt::format("{}", std::get<double>(value));
}

std::string DescribeRange(const KeyInfo& key) {
  const Range& range = key.range;
  return fmt::format(
      "a {}number {}{}", key.kind == KeyKind::kInteger ? "whole " : "",
      range.unit.empty() ? "" : "of " + range.unit + " ",
      range.words.empty() ? fmt::format("from {} to {}", range.min, range.max) : range.words);
}

}  // namespace isr
