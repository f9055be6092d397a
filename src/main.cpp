#include <clocale>
#include <cstdio>

#include <fmt/format.h>
#include <gst/gst.h>

#include "base/error.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "config/problem.hpp"
#include "glib/types.hpp"
#include "plugins/elements.hpp"

namespace {

void StartGStreamer() {
  isr::RegisterSharedTypes();
  gst_init(nullptr, nullptr);
  isr::RegisterElements(nullptr);
}

int Run(const isr::Arguments& arguments) {
  if (arguments.version) {
    fmt::print("isr {}\n", ISR_VERSION);
    return isr::kExitOk;
  }
  if (arguments.list_devices) {
    StartGStreamer();
    return isr::ListDevicesCommand();
  }
  const isr::Subcommand& command = *isr::FindSubcommand(arguments.command);
  if (command.needs_gstreamer || !arguments.gst_source.empty()) StartGStreamer();
  return command.run(arguments);
}

}  // namespace

int main(int argc, char** argv) {
  setlocale(LC_ALL, "");
  setlocale(LC_NUMERIC, "C");
  try {
    return Run(isr::ParseArguments(argc, argv));
  } catch (const isr::ConfigError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return isr::kExitConfig;
  } catch (const isr::UsageError& error) {
    fmt::print(stderr, "isr: {}\n", error.what());
    return isr::kExitUsage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "isr: {}\n", isr::Describe(error));
    return isr::kExitUnavailable;
  }
}
