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

}  // namespace

int RunCommand(const std::string& config_path) {
  const Settings settings = LoadConfigHere(config_path);
  StartLog(settings.log_level, settings.log_file);
  int exit_code = kExitOk;
  {
    Daemon daemon(settings, WebDirectory());
    exit_code = daemon.Run();
  }
  StopLog();
  // A thread that hangs in a driver must not see the process's end from inside.
  if (Daemon::HasHangingThreads()) _exit(exit_code);
  return exit_code;
}

}  // namespace isr
