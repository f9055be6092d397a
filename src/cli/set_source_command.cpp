#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/with_daemon.hpp"

namespace isr {

int SetSourceCommand(const Arguments& arguments) {
  return WithDaemon(arguments, [&arguments](ControlClient& daemon) {
    const JsonValue answer = daemon.Ask(
        {.command = "set-source", .sources = arguments.sources, .target = arguments.target});
    for (const std::string& source : answer["sources"].Strings()) {
      fmt::print("{}: {}\n", source, arguments.target);
    }
  });
}

}  // namespace isr
