#include "http/status_document.hpp"

#include "glib/json.hpp"
#include "http/time_text.hpp"

namespace isr {
namespace {

void WriteSource(JsonWriter& json, const SourceStatus& source) {
  json.BeginObject();
  json.Name("name").String(source.name);
  json.Name("type").String(source.type);
  json.Name("format").String(source.format);
  if (!source.target.empty()) {
    json.Name("target").String(source.target).Name("backend").String(source.backend);
  }
  json.Name("state").String(ToWord(source.state));
  json.Name("since").Number(UnixSeconds(source.since));
  json.Name("message").String(source.message);
  json.Name("file").String(source.file);
  if (!source.file.empty()) {
    json.Name("file_start").Number(UnixSeconds(source.file_start));
    json.Name("frames").Integer(source.frames);
    json.Name("rate").Integer(source.rate);
  }
  json.Name("replay_seconds").Number(source.replay);
  if (source.memory) {
    json.Name("memory").BeginObject().Name("seconds").Number(source.memory->seconds);
    json.Name("capacity").Number(source.memory->capacity);
    json.Name("bytes").Integer(static_cast<std::int64_t>(source.memory->bytes));
    json.Name("memory").Integer(static_cast<std::int64_t>(source.memory->memory)).EndObject();
  }
  json.Name("reconnects").Integer(source.reconnects);
  json.Name("title").String(source.title);
  json.Name("disk").String(source.disk);
  json.Name("last_gap");
  if (source.last_gap) {
    json.BeginObject().Name("start").Number(UnixSeconds(source.last_gap->start));
    json.Name("end").Number(UnixSeconds(source.last_gap->end));
    json.Name("cause").String(ToWord(source.last_gap->cause)).EndObject();
  } else {
    json.Null();
  }
  json.EndObject();
}

void WriteSources(JsonWriter& json, std::span<const SourceStatus> sources) {
  json.BeginArray();
  for (const SourceStatus& source : sources) WriteSource(json, source);
  json.EndArray();
}

}  // namespace

std::string StatusDocument(std::span<const SourceStatus> sources, const SaveCounts& saves,
                           UtcTime now) {
  JsonWriter json;
  json.BeginObject();
  json.Name("version").String(ISR_VERSION);
  json.Name("time").Number(UnixSeconds(now));
  WriteSources(json.Name("active"), sources);
  json.Name("saves").BeginObject().Name("under_way").Integer(saves.under_way);
  json.Name("saved").Integer(saves.saved).Name("failed").Integer(saves.failed);
  json.Name("last").String(saves.last).EndObject();
  return json.EndObject().Text();
}

std::string SourceDocument(const SourceStatus& source) {
  JsonWriter json;
  WriteSource(json, source);
  return json.Text();
}

std::string SourcesDocument(std::span<const SourceStatus> sources) {
  JsonWriter json;
  WriteSources(json, sources);
  return json.Text();
}

}  // namespace isr
