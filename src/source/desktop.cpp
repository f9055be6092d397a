#include "source/desktop.hpp"

#include <fmt/format.h>

#include "glib/element.hpp"
#include "glib/property.hpp"
#include "source/pcm.hpp"

namespace isr {

SourceBin BuildDesktop(const SourceSettings& settings) {
  const auto& desktop = std::get<DesktopSettings>(settings.specific);
  SourceBin source{.bin = MakeBin("source"),
                   .kind = SourceBin::Kind::kPcm,
                   .extension = desktop.format,
                   .origin = fmt::format("{} ({})", desktop.source, settings.type)};
  const Ref<GstElement> server = MakeElement("isrdesktopsrc");
  SetProperty(server.Get(), "target", desktop.source);
  SetEnumProperty(server.Get(), "server",
                  settings.type == "desktop" ? "auto" : settings.type.c_str());
  const Ref<GstElement> filter =
      MakeCapsFilter(PcmCaps(desktop.sample_rate, desktop.channels, desktop.bits));
  AddAndLink(source.bin.Get(), {server, filter});
  ExposeSourcePad(source.bin.Get(), filter.Get());
  return source;
}

}  // namespace isr
