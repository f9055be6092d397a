#include "replay/save_document.hpp"

#include <fmt/format.h>

#include "glib/json.hpp"

namespace isr {
namespace {

/// Frames of coded audio are whole; a source is at most so much behind its own time.
constexpr double kNotWorthANote = 0.1;  // seconds

std::string NoteOn(const SavedFile& file, double asked) {
  double missing = 0;
  for (const MissingAudio& gap : file.stretch.missing) missing += gap.seconds;
  if (file.seconds >= asked - kNotWorthANote) return {};
  std::string why = "no more was recorded";
  if (missing > 0) why = fmt::format("{:.3f} s are missing in it", missing);
  if (file.stretch.other_format) why = "what was recorded before is of another format";
  return fmt::format("{:.3f} s of {} s: {}", file.seconds, asked, why);
}

void WriteFile(JsonWriter& json, const SavedFile& file, double asked) {
  constexpr double kMicroseconds = 1e6;
  json.Name("path").String(file.path);
  json.Name("format").String(file.format);
  json.Name("start").Number(static_cast<double>(file.stretch.start.time_since_epoch().count()) /
                            kMicroseconds);
  json.Name("seconds").Number(file.seconds).Name("asked").Number(asked);
  json.Name("gaps").BeginArray();
  for (const MissingAudio& gap : file.stretch.missing) {
    json.BeginObject().Name("at").Number(gap.at).Name("seconds").Number(gap.seconds);
    json.Name("cause").String(ToWord(gap.cause)).EndObject();
  }
  json.EndArray().Name("note");
  const std::string note = NoteOn(file, asked);
  if (note.empty()) {
    json.Null();
  } else {
    json.String(note);
  }
}

}  // namespace

std::string SaveDocument(std::span<const SaveResult> results) {
  JsonWriter json;
  json.BeginArray();
  for (const SaveResult& result : results) {
    json.BeginObject().Name("source").String(result.source);
    if (result.file) {
      WriteFile(json, *result.file, result.asked);
    } else if (result.error) {
      json.Name("error").BeginObject().Name("code").String(result.error->Code());
      json.Name("message").String(result.error->what()).EndObject();
    }
    json.EndObject();
  }
  return json.EndArray().Text();
}

}  // namespace isr
