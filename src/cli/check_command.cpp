#include <algorithm>
#include <cstdio>
#include <span>

#include <fmt/format.h>

#include "app/debug_line.hpp"
#include "cli/commands.hpp"
#include "cli/load.hpp"
#include "config/config.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

const SourceSettings& FindSource(const Settings& settings, const std::string& name) {
  const auto& sources = settings.sources;
  const auto found = std::find_if(sources.begin(), sources.end(),
                                  [&](const auto& one) { return one.name == name; });
  if (found != sources.end()) return *found;
  std::vector<std::string> names;
  for (const SourceSettings& source : sources) names.push_back(source.name);
  throw UsageError(
      fmt::format("there is no source '{}'; there are {}", name, fmt::join(names, ", ")));
}

}  // namespace

int CheckCommand(const Arguments& arguments) {
  const Settings settings = LoadSettings(arguments);
  if (arguments.gst_source.empty()) {
    std::fputs(DescribeSettings(settings).c_str(), stdout);
  } else {
    SetLogThreshold(LogLevel::kWarning);
    fmt::print("{}\n", DebugLine(FindSource(settings, arguments.gst_source)));
  }
  return kExitOk;
}

}  // namespace isr
