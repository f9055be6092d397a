#include "config/config.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "config/config_parser.hpp"
#include "config/ini_document.hpp"
#include "config/value.hpp"

namespace isr {
namespace {

[[noreturn]] void ThrowUnreadable(const std::string& path, const std::string& why) {
  throw ConfigError({{path, 0, {}, why}});
}

/// No more than is needed to see that it is too long: the path may be an endless device.
std::string ReadConfigFile(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    ThrowUnreadable(path, "is a directory; name a config file in it");
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxIniBytes + 1, '\0');
  if (in.is_open()) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) {
    ThrowUnreadable(path, fmt::format("cannot be read ({}); name a config file that exists and "
                                      "that this user may read, or copy config.example.ini",
                                      std::generic_category().message(errno)));
  }
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

void DescribeKey(std::string& out, const KeyInfo& key, const Settings& settings,
                 const SourceSettings* source) {
  const std::string value = ToText(key, key.binding.load(settings, source));
  // After white space a '#' or ';' would begin a comment.
  const bool needs_space = !value.empty() && value.front() != '#' && value.front() != ';';
  out += fmt::format("{} ={}{}\n", key.name, needs_space ? " " : "", value);
}

}  // namespace

Settings LoadConfig(const std::string& path, const ConfigEnvironment& environment) {
  ConfigEnvironment here = environment;
  here.config_directory =
      (std::filesystem::path(here.working_directory) / path).parent_path().lexically_normal();
  return ParseConfig(ReadConfigFile(path), path, here);
}

Settings ParseConfig(std::string_view text, const std::string& file_name,
                     const ConfigEnvironment& environment) {
  IniDocument document = ReadIni(text);
  ConfigParser parser(document, environment);
  Settings settings = parser.Parse();
  std::vector<Problem> problems = std::move(document.problems);
  for (const Problem& problem : parser.Problems()) problems.push_back(problem);
  if (problems.empty()) return settings;
  for (Problem& problem : problems) problem.file = file_name;
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  throw ConfigError(std::move(problems));
}

std::string DescribeSettings(const Settings& settings) {
  std::string out = "[general]\n";
  for (const KeyInfo& key : Schema()) {
    if (key.binding.IsOfGeneral()) DescribeKey(out, key, settings, nullptr);
  }
  for (const auto& [section, purpose] : OwnSections()) {
    out += fmt::format("\n[{}]\n", section);
    for (const KeyInfo& key : Schema()) {
      if (key.binding.Section() == section) DescribeKey(out, key, settings, nullptr);
    }
  }
  for (const SourceSettings& source : settings.sources) {
    out += fmt::format("\n[{}]\n", source.name);
    for (const KeyInfo& key : Schema()) {
      if (key.FitsType(source.specific.index())) DescribeKey(out, key, settings, &source);
    }
  }
  return out;
}

}  // namespace isr
