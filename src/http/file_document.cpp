#include "http/file_document.hpp"

#include <chrono>

#include "glib/json.hpp"
#include "http/time_text.hpp"

namespace isr {

std::string FileDocument(const Segment& segment, const std::optional<FileRemarks>& remarks) {
  JsonWriter json;
  json.BeginObject();
  json.Name("name").String(segment.name);
  json.Name("source").String(segment.source);
  json.Name("size").Integer(segment.bytes);
  json.Name("date").String(FormatLocalTime(segment.start, segment.utc_offset));
  json.Name("start").Number(UnixSeconds(segment.start));
  json.Name("duration");
  if (segment.Duration() > 0) {
    json.Number(segment.Duration());
  } else {
    json.Null();
  }
  json.Name("ext").String(segment.format);
  json.Name("recording").Boolean(segment.growing);
  if (remarks) {
    json.Name("reviewed").Boolean(remarks->marks.reviewed);
    json.Name("stars").Integer(remarks->marks.stars);
  }
  if (remarks && remarks->title) {
    const Title& title = *remarks->title;
    json.Name("title").BeginObject();
    json.Name("at").Number(std::chrono::duration<double>(title.time - segment.start).count());
    json.Name("text").String(title.text).EndObject();
  }
  return json.EndObject().Text();
}

}  // namespace isr
