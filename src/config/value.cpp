#include "config/value.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <glib.h>

#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "config/filename_pattern.hpp"
#include "config/input_key.hpp"
#include "config/stream_url.hpp"
#include "time/save_template.hpp"

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

bool IsHostName(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-._";
  return text.size() <= 253 && text.front() != '.' &&
         text.find_first_not_of(kLetters) == std::string_view::npos;
}

/// All words must be right.
template <typename Predicate>
ValueResult ParseWords(std::string_view text, Predicate is_right, std::string_view advice) {
  const std::vector<std::string> words = SplitWords(LowerCase(text));
  for (const std::string& word : words) {
    if (!is_right(word)) return Faulty(fmt::format("'{}' {}", HideUrlPasswords(word), advice));
  }
  return {JoinedWords(words), {}};
}

ValueResult ParseAddresses(std::string_view text) {
  return ParseWords(
      text, [](const auto& word) { return IpAddress::Parse(word).has_value(); },
      "is not an IP address; use some such as 127.0.0.1 or ::1, or leave it blank for all");
}

ValueResult ParseNetworks(std::string_view text) {
  return ParseWords(
      text, [](const auto& word) { return IpNetwork::Parse(word).has_value(); },
      "is not an IP address nor a network; use some such as 127.0.0.1 or 10.0.0.0/8");
}

ValueResult ParseHosts(std::string_view text) {
  return ParseWords(text, IsHostName,
                    "is not the name of a machine; use some such as isr.example, without port");
}

ValueResult ParsePath(std::string_view text, const std::string& working_directory) {
  if (text.empty()) return {std::string(), {}};
  const std::string home = text == "~" || text.starts_with("~/")
                               ? g_get_home_dir() + std::string(text.substr(1))
                               : std::string();
  if (!home.empty()) text = home;
  std::string path = (std::filesystem::path(working_directory) / text).lexically_normal().string();
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  return {std::move(path), {}};
}

ValueResult ParsePattern(std::string_view text) {
  std::string problem = FilenamePatternProblem(text);
  if (problem.empty()) return {std::string(text), {}};
  return Faulty(fmt::format("'{}' {}", HideUrlPasswords(text), problem));
}

ValueResult ParseTemplate(std::string_view text) {
  const std::string problem = SaveTemplate::Problem(text);
  if (problem.empty()) return {std::string(text), {}};
  return Faulty(fmt::format("'{}' {}", HideUrlPasswords(text), problem));
}

ValueResult ParseInputKey(std::string_view text) {
  if (InputKeyCode(std::string(text))) return {std::string(text), {}};
  return Faulty(fmt::format(
      "'{}' is no key; use a name of linux/input-event-codes.h such as KEY_RECORD or BTN_0", text));
}

ValueResult ParseUrl(std::string_view text) {
  const std::string problem = SplitStreamUrl(text).problem;
  return {std::string(text), problem.empty() ? problem : "the address " + problem};
}

}  // namespace

ValueResult ParseValue(const KeyInfo& key, std::string_view text,
                       const std::string& base_directory) {
  if (text.empty() && key.blank == Blank::kDefault) text = key.default_text;
  switch (key.kind) {
    case KeyKind::kText:
    case KeyKind::kSecret:
      return {std::string(text), {}};
    case KeyKind::kPath:
    case KeyKind::kFile:
      return ParsePath(text, base_directory);
    case KeyKind::kPattern:
      return ParsePattern(text);
    case KeyKind::kTemplate:
      return ParseTemplate(text);
    case KeyKind::kUrl:
      return ParseUrl(text);
    case KeyKind::kAddresses:
      return ParseAddresses(text);
    case KeyKind::kNetworks:
      return ParseNetworks(text);
    case KeyKind::kHosts:
      return ParseHosts(text);
    case KeyKind::kInputKey:
      return ParseInputKey(text);
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
