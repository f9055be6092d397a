#include "cli/load.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <glib.h>

#include "base/error.hpp"
#include "cli/user_config.hpp"
#include "config/config.hpp"

namespace isr {
namespace {

/// As installed, and as its service has it.
constexpr const char* kSystemConfig = ISR_SYSTEM_CONFIG;
constexpr const char* kSystemState = ISR_SYSTEM_STATE;

std::string AbsolutePath(const std::string& path) {
  std::string absolute = std::filesystem::absolute(path).lexically_normal();
  if (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
  return absolute;
}

std::string Variable(const char* name) {
  const char* const value = g_getenv(name);
  return value == nullptr ? "" : value;
}

/// The config of the installed service is the default where there is no config.ini.
std::string ConfigPath(const Arguments& arguments) {
  if (!arguments.config.empty()) return arguments.config;
  if (arguments.user) return UserConfig();
  std::error_code ignored;
  const bool is_here = std::filesystem::exists("config.ini", ignored);
  return is_here || !std::filesystem::exists(kSystemConfig, ignored) ? "config.ini" : kSystemConfig;
}

std::string StateVariable(const std::string& config) {
  if (const char* const given = g_getenv("STATE_DIRECTORY"); given != nullptr) return given;
  std::error_code ignored;
  const bool is_system = config == kSystemConfig && std::filesystem::exists(kSystemState, ignored);
  return is_system ? kSystemState : "";
}

/// Without a config: as the original tool served one. The tracks, and the catalogue with them, may
/// be elsewhere, so that the directory can be one that cannot be written to.
Settings ServeOnly(const Arguments& arguments, ConfigEnvironment environment) {
  environment.serve_directory = AbsolutePath(arguments.directory);
  if (!std::filesystem::is_directory(environment.serve_directory)) {
    throw Error(fmt::format("'{}' is not a directory", arguments.directory));
  }
  Settings settings = arguments.config.empty() ? ParseConfig("", "", environment)
                                               : LoadConfig(arguments.config, environment);
  const std::string& tracks = arguments.analyses_directory;
  settings.state_directory =
      (tracks.empty() ? environment.serve_directory : AbsolutePath(tracks)) + "/.isr";
  if (arguments.config.empty()) settings.log_file.clear();
  return settings;
}

}  // namespace

ControlSocket SocketOf(const Arguments& arguments, const Settings& settings) {
  if (arguments.user) {
    return UserControlSocket(settings.state_directory, Variable("XDG_RUNTIME_DIR"));
  }
  return LocateControlSocket(settings.state_directory, Variable("RUNTIME_DIRECTORY"));
}

Settings LoadSettings(const Arguments& arguments) {
  const std::string config = ConfigPath(arguments);
  const ConfigEnvironment environment{.working_directory = std::filesystem::current_path(),
                                      .state_directory_variable = StateVariable(config)};
  Settings settings = arguments.directory.empty() ? LoadConfig(config, environment)
                                                  : ServeOnly(arguments, environment);
  if (arguments.port) settings.web.port = *arguments.port;
  if (arguments.margin) settings.web.margin = *arguments.margin;
  if (arguments.min_gap) {
    settings.web.min_gap = std::chrono::round<std::chrono::milliseconds>(
        std::chrono::duration<double>(*arguments.min_gap));
  }
  return settings;
}

}  // namespace isr
