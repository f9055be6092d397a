#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "desktop/capture.hpp"
#include "source/alsa_devices.hpp"

namespace isr {
namespace {

std::string Range(int low, int high) {
  if (high == 0) return "-";
  return low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
}

void PrintServer(const char* type, const std::vector<DesktopNode>& nodes) {
  if (nodes.empty()) return;
  size_t width = 6;
  for (const DesktopNode& node : nodes) width = std::max(width, node.source.size());
  fmt::print("\ntype = {}\n{:<{}}  {}\n", type, "SOURCE", width, "NAME");
  for (const DesktopNode& node : nodes) {
    fmt::print("{:<{}}  {}\n", node.source, width, node.name);
  }
}

void PrintCards() {
  const std::vector<AlsaDevice> devices = ListAlsaDevices(true);
  if (devices.empty()) {
    fmt::print("No sound card and no ALSA PCM to record from.\n");
    return;
  }
  size_t width = 6;
  for (const AlsaDevice& device : devices) width = std::max(width, device.id.size());
  fmt::print("type = soundcard\n{:<{}}  {:>13}  {:>8}  {}\n", "DEVICE", width, "RATES (Hz)",
             "CHANNELS", "NAME");
  for (const AlsaDevice& device : devices) {
    fmt::print("{:<{}}  {:>13}  {:>8}  {}{}\n", device.id, width,
               Range(device.min_rate, device.max_rate),
               Range(device.min_channels, device.max_channels), device.name,
               device.loopback ? " (monitor)" : "");
  }
}

}  // namespace

int ListDevicesCommand() {
  PrintCards();
  PrintServer("pipewire", ListPipewireNodes());
  PrintServer("pulse", ListPulseNodes());
  return kExitOk;
}

}  // namespace isr
