#include "config/filename_pattern.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isr {
namespace {

/// strftime(3) without %n and %t, which are control characters.
constexpr std::string_view kConversions = "aAbBcCdDeFgGhHIjklmMpPrRsSTuUVwWxXyYzZ%";
constexpr std::string_view kFlags = "_-0^#+123456789EO";

bool HasParentComponent(std::string_view pattern) {
  while (true) {
    const size_t end = std::min(pattern.find('/'), pattern.size());
    if (pattern.substr(0, end) == "..") return true;
    if (end == pattern.size()) return false;
    pattern.remove_prefix(end + 1);
  }
}

std::string ConversionProblem(std::string_view pattern) {
  for (size_t i = pattern.find('%'); i != std::string_view::npos; i = pattern.find('%', i)) {
    const size_t letter = pattern.find_first_not_of(kFlags, i + 1);
    const bool is_known =
        letter != std::string_view::npos && kConversions.find(pattern[letter]) != kConversions.npos;
    if (!is_known) {
      // Half of a character of several bytes is not shown.
      const bool is_ascii = letter != std::string_view::npos && (pattern[letter] & 0x80) == 0;
      return fmt::format(
          "has '{}', which is not a conversion of strftime that can be used; write %% for a "
          "percent sign",
          is_ascii ? pattern.substr(i, letter - i + 1) : pattern.substr(i, 1));
    }
    i = letter + 1;
  }
  return {};
}

std::string TokenProblem(std::string_view pattern) {
  for (size_t i = pattern.find('{'); i != std::string_view::npos; i = pattern.find('{', i + 1)) {
    const size_t end = pattern.find('}', i);
    if (end == std::string_view::npos) return {};
    const std::string_view token = pattern.substr(i, end - i + 1);
    if (token != "{source}") return fmt::format("has '{}'; the only token is {{source}}", token);
  }
  return {};
}

}  // namespace

std::string FilenamePatternProblem(std::string_view pattern) {
  if (pattern.empty()) return "is empty; use one such as %Y%m%d_%H%M%S";
  if (pattern.front() == '/') return "begins with '/'; use a path below output_directory";
  if (pattern.front() == '@' && pattern.find('/') != std::string_view::npos) {
    return "begins with a folder '@...', as names outside output_directory do; use another";
  }
  if (pattern.back() == '/') return "ends in '/'; add the name of the file";
  if (HasParentComponent(pattern)) return "has a part '..'; use a path below output_directory";
  if (pattern.find('\t') != std::string_view::npos) return "holds a tab; use printable characters";
  std::string problem = ConversionProblem(pattern);
  return problem.empty() ? TokenProblem(pattern) : problem;
}

}  // namespace isr
