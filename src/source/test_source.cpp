#include "source/test_source.hpp"

#include <fmt/format.h>

#include "glib/element.hpp"
#include "glib/property.hpp"
#include "source/pcm.hpp"

namespace isr {
namespace {

constexpr double kSineVolume = 0.25;
constexpr double kNoiseVolume = 0.02;
constexpr double kBurstVolume = 0.3;
constexpr guint64 kBurstInterval = 9 * GST_SECOND;
constexpr guint kBurstPeriods = 300;  // of 440 Hz: 0.7 s

Ref<GstElement> MakeGenerator(const char* wave, double volume) {
  Ref<GstElement> generator = MakeElement("audiotestsrc");
  SetProperty(generator.Get(), "is-live", true);
  SetEnumProperty(generator.Get(), "wave", wave);
  SetProperty(generator.Get(), "volume", volume);
  return generator;
}

void AddSoundscape(GstElement* bin, const std::string& caps, GstElement* next) {
  const Ref<GstElement> bursts = MakeGenerator("ticks", kBurstVolume);
  SetProperty(bursts.Get(), "tick-interval", kBurstInterval);
  SetProperty(bursts.Get(), "sine-periods-per-tick", kBurstPeriods);
  SetProperty(bursts.Get(), "apply-tick-ramp", true);
  const Ref<GstElement> mixer = MakeElement("audiomixer");
  AddAndLink(bin, {MakeGenerator("pink-noise", kNoiseVolume), MakeCapsFilter(caps), mixer});
  const Ref<GstElement> burst_caps = MakeCapsFilter(caps);
  AddAndLink(bin, {bursts, burst_caps});
  gst_element_link(burst_caps.Get(), mixer.Get());
  gst_element_link(mixer.Get(), next);
}

}  // namespace

SourceBin BuildTestSource(const SourceSettings& settings) {
  const auto& test = std::get<TestSettings>(settings.specific);
  SourceBin source{.bin = MakeBin("source"),
                   .kind = SourceBin::Kind::kPcm,
                   .extension = test.format,
                   .origin = test.wave};
  GstElement* const bin = source.bin.Get();
  // The generators know no packed 24 bits.
  const int bits = test.bits == 24 ? 32 : test.bits;
  const std::string caps = PcmCaps(test.sample_rate, test.channels, bits);
  const Ref<GstElement> made = MakeCapsFilter(caps);
  const Ref<GstElement> filter =
      MakeCapsFilter(PcmCaps(test.sample_rate, test.channels, test.bits));
  AddAndLink(bin, {made, MakeElement("audioconvert"), filter});
  if (test.wave == "soundscape") {
    AddSoundscape(bin, caps, made.Get());
  } else {
    const Ref<GstElement> generator = MakeGenerator(test.wave.c_str(), kSineVolume);
    AddAndLink(bin, {generator});
    gst_element_link(generator.Get(), made.Get());
  }
  ExposeSourcePad(source.bin.Get(), filter.Get());
  return source;
}

}  // namespace isr
