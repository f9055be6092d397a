#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "cli/arguments.hpp"
#include "control/client.hpp"

namespace isr {

/// Connects to the running daemon and lets `talk` talk to it. What the daemon refuses is reported
/// on stderr and becomes the exit code. Throws Error when no daemon answers.
/// `patience`: for an answer.
int WithDaemon(const Arguments& arguments, const std::function<void(ControlClient& daemon)>& talk,
               std::chrono::milliseconds patience = std::chrono::seconds(10));

/// For a refusal, see CommandError and SaveError.
int ExitCodeFor(std::string_view code);

}  // namespace isr
