#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/with_daemon.hpp"

namespace isr {
namespace {

/// Whether there was anything to print.
bool Print(const char* what, const std::vector<std::string>& names) {
  for (const std::string& name : names) fmt::print("{}: {}\n", what, name);
  return !names.empty();
}

}  // namespace

int ReloadCommand(const Arguments& arguments) {
  return WithDaemon(arguments, [](ControlClient& daemon) {
    const JsonValue answer = daemon.Ask({.command = "reload"});
    bool any = Print("added", answer["added"].Strings());
    any |= Print("restarted", answer["restarted"].Strings());
    any |= Print("removed", answer["removed"].Strings());
    any |= Print("takes effect after a restart of isr", answer["after_restart"].Strings());
    if (!any) fmt::print("reloaded; no source changed\n");
  });
}

}  // namespace isr
