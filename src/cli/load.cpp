#include "cli/load.hpp"

#include <filesystem>

#include <glib.h>

#include "config/config.hpp"

namespace isr {

Settings LoadConfigHere(const std::string& path) {
  const char* const state = g_getenv("STATE_DIRECTORY");
  return LoadConfig(path, {.working_directory = std::filesystem::current_path(),
                           .state_directory_variable = state == nullptr ? "" : state});
}

}  // namespace isr
