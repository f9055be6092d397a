#pragma once

#include <string>
#include <vector>

namespace isr {

/// An ALSA PCM that can capture.
struct AlsaDevice {
  std::string id;         ///< what `device = ` takes: "hw:1,0", "default", "testmic"
  std::string name;       ///< for people: "USB Audio CODEC, USB Audio"
  bool loopback = false;  ///< plays back what the machine plays (snd-aloop, a monitor)
  int min_rate = 0;       ///< frames per second; 0: not known (busy, or a virtual PCM)
  int max_rate = 0;
  int min_channels = 0;
  int max_channels = 0;
};

/// Hardware first, in card order, then the PCMs of the ALSA configuration. `probe`: open the
/// hardware, without waiting, to learn its rates and channels. Blocks on drivers: not for the
/// main thread of a running daemon. No sound at all is an empty list.
std::vector<AlsaDevice> ListAlsaDevices(bool probe);

/// What `text` of the configuration means: "monitor" is the first loopback; a device's id, or
/// anything that looks like a PCM ("hw:1,0", "plughw:CARD=x"), is itself; a part of a hardware
/// device's name, in any case, is that device; what is none of these is left to ALSA.
std::string ResolveAlsaDevice(const std::string& text, const std::vector<AlsaDevice>& devices);

}  // namespace isr
