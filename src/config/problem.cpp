#include "config/problem.hpp"

#include <utility>

#include <fmt/format.h>

namespace isr {
namespace {

std::string OneALine(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += ToString(problem);
  }
  return text;
}

}  // namespace

std::string ToString(const Problem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text += fmt::format(":{}", problem.line);
  if (!problem.key.empty()) text += ": " + problem.key;
  return text + ": " + problem.text;
}

ConfigError::ConfigError(std::vector<Problem> problems)
    : Error(OneALine(problems)), problems_(std::move(problems)) {}

}  // namespace isr
