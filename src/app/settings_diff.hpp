#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"

namespace isr {

/// What a reload has to do.
struct SettingsDiff {
  std::vector<SourceSettings> sources;  ///< all that are wanted, in their order
  std::vector<SourceSettings> added;
  std::vector<SourceSettings> changed;     ///< as they are to be
  std::vector<std::string> removed;        ///< names
  std::vector<std::string> after_restart;  ///< keys of [general] that cannot change while it runs
};

/// From the settings in force to those that are wanted. Sources are the same by their names. Where
/// the general output directory is, it stays until a restart, and with it the sources that follow
/// it.
SettingsDiff Compare(const Settings& in_force, const Settings& wanted);

}  // namespace isr
