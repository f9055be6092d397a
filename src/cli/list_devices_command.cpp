#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "source/alsa_devices.hpp"

namespace isr {
namespace {

std::string Range(int low, int high) {
  if (high == 0) return "-";
  return low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
}

}  // namespace

int ListDevicesCommand() {
  const std::vector<AlsaDevice> devices = ListAlsaDevices(true);
  if (devices.empty()) {
    fmt::print("No sound card and no ALSA PCM to record from.\n");
    return kExitOk;
  }
  size_t width = 6;
  for (const AlsaDevice& device : devices) width = std::max(width, device.id.size());
  fmt::print("{:<{}}  {:>13}  {:>8}  {}\n", "DEVICE", width, "RATES (Hz)", "CHANNELS", "NAME");
  for (const AlsaDevice& device : devices) {
    fmt::print("{:<{}}  {:>13}  {:>8}  {}{}\n", device.id, width,
               Range(device.min_rate, device.max_rate),
               Range(device.min_channels, device.max_channels), device.name,
               device.loopback ? " (monitor)" : "");
  }
  return kExitOk;
}

}  // namespace isr
