#include "cli/user_config.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <glib.h>

#include "base/atomic_file.hpp"
#include "base/error.hpp"

namespace isr {
namespace {

constexpr std::string_view kDefaults =
    R"(# What "isr --user" does; every key is in config.example.ini.

[general]
# Where recordings would go. What is not recorded leaves nothing there.
output_directory = {}/isr/recordings
log_file =

[web]
# No page: whoever else uses this computer could open it.
port = 0

[replay]
directory = ~/samples

[desktop]
# PulseAudio where it runs, else PipeWire; or just one of them: pulse, pipewire.
type = desktop
# What is heard: system, input, app:NAME or a source's name. "isr sources" lists them.
source = system
sample_rate = 48000
channels = 2
# Nothing is written but what "isr --user save" keeps, the last seconds up to then, and some after it.
record = no
replay_seconds = 10
post_seconds = 0

[notifications]
enabled = yes
# A sound of the desktop's theme, such as camera-shutter; it is heard in what is saved next.
sound =

[hotkey]
# While isr-tray runs, under X11.
binding = <ctrl>+<shift>+s
)";

const std::string& MadeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw SystemError("cannot make the directory '" + path + "'", error.value());
  return path;
}

}  // namespace

std::string UserConfig() {
  const std::string folder = std::string(g_get_user_config_dir()) + "/isr";
  std::string path = folder + "/config.ini";
  if (std::filesystem::exists(path)) return path;
  MadeFolder(folder);
  MadeFolder(std::string(g_get_home_dir()) + "/samples");
  WriteFileAtomically(path, fmt::format(kDefaults, g_get_user_data_dir()), Durability::kDurable);
  return path;
}

}  // namespace isr
