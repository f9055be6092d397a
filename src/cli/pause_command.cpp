#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/with_daemon.hpp"

namespace isr {

int PauseCommand(const Arguments& arguments) {
  return WithDaemon(arguments, [&arguments](ControlClient& daemon) {
    const JsonValue answer = daemon.Ask({.command = "pause", .sources = arguments.sources});
    for (const std::string& source : answer["sources"].Strings()) {
      fmt::print("{}: paused\n", source);
    }
  });
}

}  // namespace isr
