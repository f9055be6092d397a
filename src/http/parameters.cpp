#include "http/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"

namespace isr {
namespace {

bool IsDay(std::string_view text) {
  const std::string_view shape = "dddd-dd-dd";
  if (text.size() != shape.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !is_digit : text[i] != shape[i]) return false;
  }
  return true;
}

}  // namespace

Parameters::Parameters(const std::map<std::string, std::string>& query,
                       std::initializer_list<std::string_view> known)
    : query_(query) {
  for (const auto& [name, value] : query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw BadParameter{known.size() == 0 ? fmt::format("there is no parameter '{}' here", name)
                                         : fmt::format("there is no parameter '{}'; there are {}",
                                                       name, fmt::join(known, ", "))};
  }
}

const std::string& Parameters::Text(const std::string& name) const {
  const auto found = query_.find(name);
  if (found == query_.end() || found->second.empty()) {
    throw BadParameter{fmt::format("the parameter '{}' is needed", name)};
  }
  return found->second;
}

double Parameters::Number(const std::string& name, double min, double max) const {
  const std::string& text = Text(name);
  const auto number = ParseNumber(text);
  if (number && *number >= min && *number <= max) return *number;
  throw BadParameter{
      fmt::format("'{}' must be a number from {} to {}, not '{}'", name, min, max, text)};
}

double Parameters::Number(const std::string& name, double min, double max, double fallback) const {
  return Has(name) ? Number(name, min, max) : fallback;
}

const std::string& Parameters::Day(const std::string& name) const {
  const std::string& text = Text(name);
  if (IsDay(text)) return text;
  throw BadParameter{fmt::format("'{}' must be a date like 2026-11-21, not '{}'", name, text)};
}

DetectorOptions Parameters::Detection(DetectorOptions options) const {
  options.margin = Number("margin", 1, 60, options.margin);
  const double gap = std::chrono::duration<double>(options.min_gap).count();
  options.min_gap = std::chrono::round<std::chrono::milliseconds>(
      std::chrono::duration<double>(Number("min_gap", 0, 3600, gap)));
  return options;
}

}  // namespace isr
