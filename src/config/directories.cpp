#include "config/directories.hpp"

#include <fmt/format.h>

namespace isr {
namespace {

/// Why nobody would see recordings there, below the general folder; or nothing.
std::string HiddenBy(std::string_view below) {
  if (LiesIn(below, "/analyses")) return "'analyses' is for the tracks";
  if (below.find("/.") != std::string_view::npos) return "what begins with '.' is hidden";
  if (below.starts_with("/@")) return "what begins with '@' is for folders outside";
  return {};
}

/// What is wrong between a root and another of `owner`.
std::string OverlapOf(const std::string& directory, const std::string& other,
                      const std::string& owner) {
  if (directory == other) {
    return fmt::format("'{}' is {} already; give each its own, side by side", directory, owner);
  }
  if (LiesIn(directory, other)) {
    return fmt::format("'{}' lies in '{}' of {}; choose folders side by side", directory, other,
                       owner);
  }
  if (LiesIn(other, directory)) {
    return fmt::format("'{}' holds '{}' of {}; choose folders side by side", directory, other,
                       owner);
  }
  return {};
}

}  // namespace

bool LiesIn(std::string_view path, std::string_view folder) {
  if (folder == "/") return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::vector<DirectoryProblem> DirectoryProblems(const Settings& settings) {
  const std::string& general = settings.output_directory;
  std::vector<DirectoryProblem> problems;
  std::vector<const SourceSettings*> roots;
  for (const SourceSettings& source : settings.sources) {
    const std::string& own = source.output_directory;
    if (LiesIn(own, general)) {
      const auto below = std::string_view(own).substr(general == "/" ? 0 : general.size());
      const std::string hidden = HiddenBy(below);
      if (!hidden.empty()) {
        problems.push_back({source.name, fmt::format("'{}' is no folder for recordings ({}); "
                                                     "choose another",
                                                     own, hidden)});
      }
      continue;
    }
    std::string overlap = OverlapOf(own, general, "[general]");
    for (const SourceSettings* other : roots) {
      if (!overlap.empty()) break;
      overlap = OverlapOf(own, other->output_directory, fmt::format("[{}]", other->name));
    }
    if (!overlap.empty()) problems.push_back({source.name, std::move(overlap)});
    roots.push_back(&source);
  }
  return problems;
}

}  // namespace isr
