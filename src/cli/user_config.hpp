#pragma once

#include <string>

namespace isr {

/// The path of the user's own config, $XDG_CONFIG_HOME/isr/config.ini. One that is not there is
/// made: it keeps the last seconds of what is played. Throws Error.
std::string UserConfig();

}  // namespace isr
