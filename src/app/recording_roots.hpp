#pragma once

#include <string>
#include <vector>

#include "catalogue/roots.hpp"
#include "config/settings.hpp"

namespace isr {

/// The general output directory, and those of sources that lie outside it. `analyses_directory`:
/// where all tracks go, or empty: into `analyses/` of each root. The settings have no problems.
std::vector<Root> RootsOf(const Settings& settings, const std::string& analyses_directory);

}  // namespace isr
