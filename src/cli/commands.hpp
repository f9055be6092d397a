#pragma once

#include <optional>
#include <string>

namespace isr {

/// Exit codes, from sysexits.h: systemd and scripts can tell a wrong config from a crash.
enum ExitCode : int {
  kExitOk = 0,
  kExitUsage = 64,        ///< EX_USAGE: wrong arguments
  kExitUnavailable = 69,  ///< EX_UNAVAILABLE: a port, a directory or a device cannot be had
  kExitSoftware = 70,     ///< EX_SOFTWARE: a fault of ours, or a driver that hangs
  kExitConfig = 78,       ///< EX_CONFIG: every problem is on stderr, with its line
};

/// Each runs one subcommand and returns its exit code. They throw Error.
int RunCommand(const std::string& config_path);
int CheckCommand(const std::string& config_path);
int ListDevicesCommand();

}  // namespace isr
