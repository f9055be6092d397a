#include <cstdio>

#include "cli/commands.hpp"
#include "cli/load.hpp"
#include "config/config.hpp"

namespace isr {

int CheckCommand(const std::string& config_path) {
  const Settings settings = LoadConfigHere(config_path);
  std::fputs(DescribeSettings(settings).c_str(), stdout);
  return kExitOk;
}

}  // namespace isr
