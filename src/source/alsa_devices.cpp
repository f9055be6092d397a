#include "source/alsa_devices.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <alsa/asoundlib.h>
#include <fmt/format.h>

#include "base/text.hpp"

namespace isr {
namespace {

using PcmHandle = std::unique_ptr<snd_pcm_t, int (*)(snd_pcm_t*)>;
using CtlHandle = std::unique_ptr<snd_ctl_t, int (*)(snd_ctl_t*)>;

/// libasound reports to stderr what it cannot open; for a listing that is noise.
void Quiet(const char*, int, const char*, int, const char*, ...) {}

class QuietAlsa {
 public:
  QuietAlsa() { snd_lib_error_set_handler(Quiet); }
  ~QuietAlsa() { snd_lib_error_set_handler(nullptr); }
  QuietAlsa(const QuietAlsa&) = delete;
  QuietAlsa& operator=(const QuietAlsa&) = delete;
};

void ProbeLimits(AlsaDevice& device) {
  snd_pcm_t* raw = nullptr;
  if (snd_pcm_open(&raw, device.id.c_str(), SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK) < 0) return;
  const PcmHandle pcm(raw, snd_pcm_close);
  snd_pcm_hw_params_t* params = nullptr;
  snd_pcm_hw_params_alloca(&params);
  if (snd_pcm_hw_params_any(pcm.get(), params) < 0) return;
  unsigned low = 0;
  unsigned high = 0;
  snd_pcm_hw_params_get_rate_min(params, &low, nullptr);
  snd_pcm_hw_params_get_rate_max(params, &high, nullptr);
  device.min_rate = static_cast<int>(low);
  device.max_rate = static_cast<int>(high);
  snd_pcm_hw_params_get_channels_min(params, &low);
  snd_pcm_hw_params_get_channels_max(params, &high);
  device.min_channels = static_cast<int>(low);
  device.max_channels = static_cast<int>(high);
}

void ListCard(int card, bool probe, std::vector<AlsaDevice>& devices) {
  snd_ctl_t* raw = nullptr;
  if (snd_ctl_open(&raw, fmt::format("hw:{}", card).c_str(), 0) < 0) return;
  const CtlHandle ctl(raw, snd_ctl_close);
  snd_ctl_card_info_t* card_info = nullptr;
  snd_ctl_card_info_alloca(&card_info);
  if (snd_ctl_card_info(ctl.get(), card_info) < 0) return;
  snd_pcm_info_t* info = nullptr;
  snd_pcm_info_alloca(&info);
  for (int number = -1; snd_ctl_pcm_next_device(ctl.get(), &number) == 0 && number >= 0;) {
    snd_pcm_info_set_device(info, static_cast<unsigned>(number));
    snd_pcm_info_set_subdevice(info, 0);
    snd_pcm_info_set_stream(info, SND_PCM_STREAM_CAPTURE);
    if (snd_ctl_pcm_info(ctl.get(), info) < 0) continue;  // plays only
    AlsaDevice device{.id = fmt::format("hw:{},{}", card, number),
                      .name = fmt::format("{}, {}", snd_ctl_card_info_get_name(card_info),
                                          snd_pcm_info_get_name(info)),
                      .loopback = LowerCase(snd_ctl_card_info_get_driver(card_info)) == "loopback"};
    if (probe) ProbeLimits(device);
    devices.push_back(std::move(device));
  }
}

std::string Hint(void* hint, const char* key) {
  const std::unique_ptr<char, void (*)(void*)> text(snd_device_name_get_hint(hint, key), std::free);
  return text == nullptr ? "" : text.get();
}

/// PCMs of asound.conf and the sound servers, and the per-card names that libasound makes up.
void ListConfigured(std::vector<AlsaDevice>& devices) {
  void** hints = nullptr;
  if (snd_device_name_hint(-1, "pcm", &hints) < 0) return;
  for (void** hint = hints; *hint != nullptr; ++hint) {
    AlsaDevice device{.id = Hint(*hint, "NAME"), .name = Hint(*hint, "DESC")};
    const std::string direction = Hint(*hint, "IOID");
    if (direction == "Output" || device.id == "null" || device.id.starts_with("hw:")) continue;
    std::replace(device.name.begin(), device.name.end(), '\n', ' ');
    device.loopback = device.id.ends_with(".monitor");
    devices.push_back(std::move(device));
  }
  snd_device_name_free_hint(hints);
}

bool IsHardware(const AlsaDevice& device) {
  return device.id.starts_with("hw:");
}

}  // namespace

std::vector<AlsaDevice> ListAlsaDevices(bool probe) {
  const QuietAlsa quiet;
  std::vector<AlsaDevice> devices;
  for (int card = -1; snd_card_next(&card) == 0 && card >= 0;) ListCard(card, probe, devices);
  ListConfigured(devices);
  return devices;
}

std::string ResolveAlsaDevice(const std::string& text, const std::vector<AlsaDevice>& devices) {
  const auto id_of = [&](auto matches) {
    const auto found = std::find_if(devices.begin(), devices.end(), matches);
    return found == devices.end() ? std::string() : found->id;
  };
  if (text.find(':') != std::string::npos) return text;
  std::string exact = id_of([&](const AlsaDevice& d) { return d.id == text; });
  if (!exact.empty()) return exact;
  if (text == "monitor") {
    const std::string monitor = id_of([](const AlsaDevice& d) { return d.loopback; });
    return monitor.empty() ? text : monitor;
  }
  const std::string wanted = LowerCase(text);
  const std::string card = id_of([&](const AlsaDevice& d) {
    return IsHardware(d) && LowerCase(d.name).find(wanted) != std::string::npos;
  });
  return card.empty() ? text : card;
}

}  // namespace isr
