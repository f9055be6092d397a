#include "cli/with_daemon.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/load.hpp"
#include "config/problem.hpp"

namespace isr {
namespace {

std::string FindSocket(const Arguments& arguments) {
  if (!arguments.socket.empty()) return arguments.socket;
  try {
    return SocketOf(arguments, LoadSettings(arguments)).path;
  } catch (const ConfigError&) {
    fmt::print(stderr, "isr: cannot tell from this config where isr listens; --socket PATH can\n");
    throw;
  }
}

}  // namespace

int ExitCodeFor(std::string_view code) {
  if (code == "config") return kExitConfig;
  if (code == "unknown-source" || code == "bad-request") return kExitUsage;
  if (code == "no-directory" || code == "disk-full" || code == "cannot-create") {
    return kExitCannotCreate;
  }
  return kExitUnavailable;
}

int WithDaemon(const Arguments& arguments, const std::function<void(ControlClient& daemon)>& talk,
               std::chrono::milliseconds patience) {
  ControlClient daemon(FindSocket(arguments), patience);
  try {
    talk(daemon);
    return kExitOk;
  } catch (const CommandError& error) {
    for (const std::string& problem : error.Problems()) fmt::print(stderr, "{}\n", problem);
    fmt::print(stderr, "isr: {}\n", error.what());
    return ExitCodeFor(error.Code());
  }
}

}  // namespace isr
