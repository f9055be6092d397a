#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace isr {

/// Whether `path` is `folder` or lies in it. Both absolute, without "..".
bool LiesIn(std::string_view path, std::string_view folder);

struct DirectoryProblem {
  std::string source;
  std::string text;
};

/// What is wrong with sources' output directories. Inside the general one they are just folders,
/// but not hidden ones; outside it each is a root of its own, for one source, and roots do not lie
/// in one another.
std::vector<DirectoryProblem> DirectoryProblems(const Settings& settings);

}  // namespace isr
