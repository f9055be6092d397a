#include "base/clock.hpp"
#include "glib/json.hpp"
#include "http/resources.hpp"
#include "http/time_text.hpp"

namespace isr {
namespace {

void WriteSource(JsonWriter& json, const SourceStatus& source) {
  json.BeginObject();
  json.Name("name").String(source.name);
  json.Name("type").String(source.type);
  json.Name("format").String(source.format);
  json.Name("state").String(ToWord(source.state));
  json.Name("since").Number(UnixSeconds(source.since));
  json.Name("message").String(source.message);
  json.Name("file").String(source.file);
  if (!source.file.empty()) {
    json.Name("file_start").Number(UnixSeconds(source.file_start));
    json.Name("frames").Integer(source.frames);
    json.Name("rate").Integer(source.rate);
  }
  json.Name("reconnects").Integer(source.reconnects);
  json.EndObject();
}

}  // namespace

Reply AnswerStatus(const Request& /*request*/, const HttpServices& services) {
  JsonWriter json;
  json.BeginObject();
  json.Name("version").String(ISR_VERSION);
  json.Name("time").Number(UnixSeconds(SystemClock().Utc()));
  json.Name("active").BeginArray();
  for (const SourceStatus& source : services.status.Status()) WriteSource(json, source);
  return JsonReply(json.EndArray().EndObject().Text());
}

}  // namespace isr
