#include <clocale>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtk/gtk.h>

#include "base/error.hpp"
#include "config/config.hpp"
#include "control/socket_address.hpp"
#include "glib/log.hpp"
#include "glib/source_handle.hpp"
#include "tray/tray.hpp"

namespace isr {
namespace {

constexpr int kExitUsage = 64;
constexpr int kExitUnavailable = 69;
constexpr int kExitConfig = 78;

constexpr const char* kUsage = R"(usage: isr-tray [CONFIG]

Shows what an isr does in the desktop's tray, and lets it save, pause and quit. CONFIG is that isr's
config; without it, that of "isr --user".
)";

/// `given`: empty for the user's own.
TraySettings SettingsFor(const std::string& given) {
  const std::string config =
      given.empty() ? std::string(g_get_user_config_dir()) + "/isr/config.ini" : given;
  const Settings settings =
      LoadConfig(config, {.working_directory = std::filesystem::current_path()});
  const char* const runtime = g_getenv("XDG_RUNTIME_DIR");
  const ControlSocket socket =
      given.empty() ? UserControlSocket(settings.state_directory, runtime == nullptr ? "" : runtime)
                    : LocateControlSocket(settings.state_directory, {});
  return {.socket = socket.path,
          .config = std::filesystem::absolute(config),
          .directory = settings.replay.directory,
          .binding = settings.hotkey.binding};
}

int Run(int argc, char** argv) {
  if (!gtk_init_check(&argc, &argv)) {
    fmt::print(stderr, "isr-tray: there is no desktop to show anything on\n");
    return kExitUnavailable;
  }
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (argc > 2 || option.starts_with('-')) {
    std::fputs(kUsage, option == "--help" ? stdout : stderr);
    return option == "--help" ? 0 : kExitUsage;
  }
  StartLog(LogLevel::kInfo, "");
  const Tray tray(SettingsFor(std::string(option)));
  const SourceHandle interrupt = SourceHandle::OnSignal(SIGINT, gtk_main_quit);
  const SourceHandle terminate = SourceHandle::OnSignal(SIGTERM, gtk_main_quit);
  gtk_main();
  return 0;
}

}  // namespace
}  // namespace isr

int main(int argc, char** argv) {
  try {
    return isr::Run(argc, argv);
  } catch (const isr::ConfigError& error) {
    for (const isr::Problem& problem : error.Problems()) {
      fmt::print(stderr, "{}\n", isr::ToString(problem));
    }
    return isr::kExitConfig;
  } catch (const std::exception& error) {
    fmt::print(stderr, "isr-tray: {}\n", isr::Describe(error));
    return isr::kExitUnavailable;
  }
}
