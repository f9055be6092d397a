#include <cstdio>

#include "cli/commands.hpp"
#include "cli/load.hpp"
#include "config/config.hpp"

namespace isr {

int CheckCommand(const Arguments& arguments) {
  const Settings settings = LoadConfigHere(arguments.config);
  std::fputs(DescribeSettings(settings).c_str(), stdout);
  return kExitOk;
}

}  // namespace isr
