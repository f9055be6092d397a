#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/with_daemon.hpp"

namespace isr {

int ResumeCommand(const Arguments& arguments) {
  return WithDaemon(arguments, [&arguments](ControlClient& daemon) {
    const JsonValue answer = daemon.Ask({.command = "resume", .sources = arguments.sources});
    for (const std::string& source : answer["sources"].Strings()) {
      fmt::print("{}: resumed\n", source);
    }
  });
}

}  // namespace isr
