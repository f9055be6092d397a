#include <filesystem>

#include <glib.h>
#include <unistd.h>

#include "app/daemon.hpp"
#include "cli/commands.hpp"
#include "cli/load.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

/// The page's files: as installed, or where $ISR_WEB_DIR says (a build tree).
std::string WebDirectory() {
  const char* const given = g_getenv("ISR_WEB_DIR");
  return given == nullptr ? ISR_WEB_DIR : given;
}

std::string AbsolutePath(const std::string& path) {
  if (path.empty()) return path;
  std::string absolute = std::filesystem::absolute(path).lexically_normal();
  if (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
  return absolute;
}

}  // namespace

int RunCommand(const Arguments& arguments) {
  const Settings settings = LoadSettings(arguments);
  StartLog(settings.log_level, settings.log_file);
  if (arguments.threshold) {
    LogWarning("app",
               "--threshold is ignored: what stands out is found over the background, "
               "see --margin");
  }
  int exit_code = kExitOk;
  {
    Daemon daemon(settings, {.load_settings = [&] { return LoadSettings(arguments); },
                             .analyses_directory = AbsolutePath(arguments.analyses_directory),
                             .web_directory = WebDirectory(),
                             .control_socket = SocketOf(arguments, settings)});
    exit_code = daemon.Run();
  }
  StopLog();
  // A thread that hangs in a driver must not see the process's end from inside.
  if (Daemon::HasHangingThreads()) _exit(exit_code);
  return exit_code;
}

}  // namespace isr
