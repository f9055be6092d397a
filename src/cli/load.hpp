#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "config/settings.hpp"
#include "control/socket_address.hpp"

namespace isr {

/// What the command line means: its config, or with --dir just a directory, in this process's
/// environment. Options of `run` override the config. Throws ConfigError.
Settings LoadSettings(const Arguments& arguments);

/// Where the isr with these settings listens.
ControlSocket SocketOf(const Arguments& arguments, const Settings& settings);

}  // namespace isr
