#include "source/stream.hpp"

#include "glib/element.hpp"
#include "glib/property.hpp"
#include "source/hls.hpp"

namespace isr {
namespace {

Ref<GstElement> MakeHttpSource(const StreamSettings& stream) {
  Ref<GstElement> http = MakeElement("isrhttpsrc");
  SetProperty(http.Get(), "location", stream.url);
  SetProperty(http.Get(), "tls-verify", stream.tls_verify);
  if (!stream.username.empty()) {
    SetProperty(http.Get(), "user-id", stream.username);
    SetProperty(http.Get(), "user-pw", stream.password);
  }
  return http;
}

}  // namespace

SourceBin BuildStream(const SourceSettings& settings) {
  const auto& stream = std::get<StreamSettings>(settings.specific);
  SourceBin source{.bin = MakeBin("source"), .kind = SourceBin::Kind::kCoded, .origin = stream.url};
  const Ref<GstElement> parser = MakeElement("isrparse");
  SetProperty(parser.Get(), "format", stream.format);
  const Ref<GstElement> http = MakeHttpSource(stream);
  AddAndLink(source.bin.Get(), {http, parser});
  PlugInHls(source.bin.Get(), http.Get(), parser.Get());
  source.last = parser;
  source.reader = http;
  ExposeSourcePad(source.bin.Get(), parser.Get());
  return source;
}

}  // namespace isr
