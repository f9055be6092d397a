#pragma once

#include <string>

namespace isr {

/// One line of standard input without its end. On a terminal it asks with `prompt` and shows
/// nothing of what is typed; Ctrl-C leaves the terminal as it was and ends the process. Throws
/// Error when there is no line, or one without an end in sight.
std::string ReadSecret(const std::string& prompt);

}  // namespace isr
