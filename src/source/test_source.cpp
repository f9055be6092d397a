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

Ref<GstElement> MakeSoundscape(GstElement* bin, const std::string& caps) {
  const Ref<GstElement> bursts = MakeGenerator("ticks", kBurstVolume);
  SetProperty(bursts.Get(), "tick-interval", kBurstInterval);
  SetProperty(bursts.Get(), "sine-periods-per-tick", kBurstPeriods);
  SetProperty(bursts.Get(), "apply-tick-ramp", true);
  Ref<GstElement> mixer = MakeElement("audiomixer");
  AddAndLink(bin, {MakeGenerator("pink-noise", kNoiseVolume), MakeCapsFilter(caps), mixer});
  const Ref<GstElement> burst_caps = MakeCapsFilter(caps);
  AddAndLink(bin, {bursts, burst_caps});
  gst_element_link(burst_caps.Get(), mixer.Get());
  return mixer;
}

}  // namespace

SourceBin BuildTestSource(const SourceSettings& settings) {
  const auto& test = std::get<TestSettings>(settings.specific);
  SourceBin source{.bin = MakeBin("source"),
                   .kind = SourceBin::Kind::kPcm,
                   .extension = test.format,
                   .origin = test.wave};
  const std::string caps = PcmCaps(test.sample_rate, test.channels);
  const Ref<GstElement> filter = MakeCapsFilter(caps);
  if (test.wave == "soundscape") {
    const Ref<GstElement> mixer = MakeSoundscape(source.bin.Get(), caps);
    gst_bin_add(GST_BIN(source.bin.Get()), filter.Get());
    gst_element_link(mixer.Get(), filter.Get());
  } else {
    AddAndLink(source.bin.Get(), {MakeGenerator(test.wave.c_str(), kSineVolume), filter});
  }
  ExposeSourcePad(source.bin.Get(), filter.Get());
  return source;
}

}  // namespace isr
