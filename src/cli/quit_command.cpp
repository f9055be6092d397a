#include <chrono>

#include "cli/commands.hpp"
#include "cli/with_daemon.hpp"

namespace isr {
namespace {

/// Longer than finishing all files may take.
constexpr std::chrono::seconds kPatience{15};

}  // namespace

int QuitCommand(const Arguments& arguments) {
  return WithDaemon(arguments, [](ControlClient& daemon) {
    daemon.Ask({.command = "quit"});
    daemon.WaitForEnd(kPatience);
  });
}

}  // namespace isr
