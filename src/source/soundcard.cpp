#include "source/soundcard.hpp"

#include "glib/element.hpp"
#include "glib/property.hpp"
#include "source/alsa_devices.hpp"
#include "source/pcm.hpp"

namespace isr {
namespace {

/// Two seconds in the driver: what a busy machine may keep us away without a hole.
constexpr gint64 kBufferMicroseconds = 2'000'000;

Ref<GstElement> MakeAlsaSource(const std::string& device) {
  Ref<GstElement> alsa = MakeElement("alsasrc");
  SetProperty(alsa.Get(), "device", device);
  SetProperty(alsa.Get(), "buffer-time", kBufferMicroseconds);
  // No clock, no slaving, no driver time stamps: samples as they are, counted by isrsplit.
  SetProperty(alsa.Get(), "provide-clock", false);
  SetEnumProperty(alsa.Get(), "slave-method", "none");
  SetProperty(alsa.Get(), "use-driver-timestamps", false);
  return alsa;
}

}  // namespace

SourceBin BuildSoundcard(const SourceSettings& settings) {
  const auto& card = std::get<SoundcardSettings>(settings.specific);
  const std::string device = ResolveAlsaDevice(card.device, ListAlsaDevices(false));
  SourceBin source{.bin = MakeBin("source"),
                   .kind = SourceBin::Kind::kPcm,
                   .extension = card.format,
                   .origin = device};
  const Ref<GstElement> filter =
      MakeCapsFilter(PcmCaps(card.sample_rate, card.channels, card.bits));
  AddAndLink(source.bin.Get(), {MakeAlsaSource(device), MakeElement("audioconvert"), filter});
  ExposeSourcePad(source.bin.Get(), filter.Get());
  return source;
}

}  // namespace isr
