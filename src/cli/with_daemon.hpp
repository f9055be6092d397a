#pragma once

#include <functional>

#include "cli/arguments.hpp"
#include "control/client.hpp"

namespace isr {

/// Connects to the running daemon and lets `talk` talk to it. What the daemon refuses is reported
/// on stderr and becomes the exit code. Throws Error when no daemon answers.
int WithDaemon(const Arguments& arguments, const std::function<void(ControlClient& daemon)>& talk);

}  // namespace isr
