#pragma once

#include <string>

#include "config/settings.hpp"

namespace isr {

/// Reads a config in this process's environment. Throws ConfigError.
Settings LoadConfigHere(const std::string& path);

}  // namespace isr
