#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <glib.h>

#include "base/error.hpp"
#include "catalogue/mark_files.hpp"
#include "catalogue/reader.hpp"
#include "glib/json.hpp"
#include "glib/json_value.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"

namespace isr {
namespace {

constexpr double kLongest = 1e6;  // seconds; no recording is longer
constexpr std::size_t kMostMarks = 1000;
constexpr long kLongestLabel = 200;  // characters
constexpr long kLongestNote = 4000;

/// What a request says of a mark.
struct MarkChange {
  std::optional<bool> starred;
  std::optional<std::string> label;
  std::optional<std::string> note;
  std::optional<std::int64_t> version;  ///< that it knows
};

/// Somebody else was faster, or there are too many.
struct Conflict {
  std::string code;
  std::string message;
};

std::string TextIn(const JsonValue& value, const std::string& name, long most) {
  if (!value.IsString()) throw BadParameter{"'" + name + "' must be a string"};
  std::string text = value.String();
  if (g_utf8_strlen(text.c_str(), -1) > most) {
    throw BadParameter{fmt::format("'{}' must have at most {} characters", name, most)};
  }
  return text;
}

std::string LabelIn(const JsonValue& value) {
  std::string label = TextIn(value, "label", kLongestLabel);
  const bool is_line = std::none_of(label.begin(), label.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
  if (!is_line) throw BadParameter{"'label' must be one line"};
  return label;
}

MarkChange ParseChange(const std::string& body) {
  JsonValue document;
  try {
    document = JsonValue::Parse(body);
  } catch (const Error& error) {
    throw BadParameter{std::string("the body must be JSON: ") + error.what()};
  }
  if (!document.IsObject()) {
    throw BadParameter{R"(the body must be an object like {"starred": true, "label": "owl"})"};
  }
  MarkChange change;
  for (const std::string& name : document.Names()) {
    const JsonValue value = document[name.c_str()];
    if (name == "starred") {
      if (!value.IsBoolean()) throw BadParameter{"'starred' must be true or false"};
      change.starred = value.Boolean();
    } else if (name == "label") {
      change.label = LabelIn(value);
    } else if (name == "note") {
      change.note = TextIn(value, name, kLongestNote);
    } else if (name == "version") {
      if (!value.IsInteger()) throw BadParameter{"'version' must be a whole number"};
      change.version = value.Integer();
    } else {
      throw BadParameter{
          fmt::format("there is no '{}'; there are starred, label, note, version", name)};
    }
  }
  return change;
}

double Milliseconds(double seconds) {
  return std::round(seconds * 1000) / 1000;
}

struct Span {
  double start;
  double end;
};

Span ParseSpan(const Request& request) {
  const Parameters parameters(request.query, {"start", "end"});
  const Span span{Milliseconds(parameters.Number("start", 0, kLongest)),
                  Milliseconds(parameters.Number("end", 0, kLongest))};
  if (span.end <= span.start) throw BadParameter{"'end' must be greater than 'start'"};
  return span;
}

/// Changes the mark of that stretch, or makes it; one of which nothing is left goes.
Mark Change(FileMarks& file, const Span& span, const MarkChange& change) {
  const auto found = FindMark(file.marks, span.start, span.end);
  Mark mark = found ? file.marks[*found] : Mark{.start = span.start, .end = span.end};
  if (change.version && *change.version != mark.version) {
    throw Conflict{"changed-meanwhile", "somebody else has changed this mark meanwhile"};
  }
  if (change.starred) mark.starred = *change.starred;
  if (change.label) mark.label = *change.label;
  if (change.note) mark.note = *change.note;
  ++mark.version;
  if (found) file.marks.erase(file.marks.begin() + static_cast<std::ptrdiff_t>(*found));
  if (mark.IsEmpty()) return {.start = span.start, .end = span.end};
  if (file.marks.size() >= kMostMarks) {
    throw Conflict{"too-many", fmt::format("a recording has at most {} marks", kMostMarks)};
  }
  const auto behind =
      std::upper_bound(file.marks.begin(), file.marks.end(), mark,
                       [](const Mark& a, const Mark& b) { return a.start < b.start; });
  file.marks.insert(behind, mark);
  return mark;
}

void WriteMark(JsonWriter& json, const std::string& name, const Mark& mark) {
  json.BeginObject().Name("file").String(name);
  json.Name("start").Number(mark.start).Name("end").Number(mark.end);
  json.Name("starred").Boolean(mark.starred).Name("label").String(mark.label);
  json.Name("note").String(mark.note).Name("version").Integer(mark.version).EndObject();
}

Reply NoContent() {
  Reply reply;
  reply.status = 204;
  return reply;
}

Reply Review(const Request& request, const HttpServices& services, bool reviewed) {
  const Parameters parameters(request.query, {});
  const bool is_there = services.catalogue.EditMarks(
      request.tail, [reviewed](FileMarks& file) { file.reviewed = reviewed; });
  return is_there ? NoContent() : NoSuchRecording(request.tail);
}

}  // namespace

Reply AnswerMarks(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {"file", "day"});
  if (parameters.Has("file") == parameters.Has("day")) {
    throw BadParameter{"the parameter 'file' or 'day' is needed, one of them"};
  }
  CatalogueReader catalogue(services.catalogue.DatabasePath());
  SegmentFilter filter;
  if (parameters.Has("day")) {
    filter.day = parameters.Day("day");
  } else if (!catalogue.FindSegment(parameters.Text("file"))) {
    return NoSuchRecording(parameters.Text("file"));
  }
  JsonWriter json;
  json.BeginArray();
  const auto marks = filter.day ? catalogue.ListMarksOfDay(*filter.day)
                                : catalogue.ListMarks(parameters.Text("file"));
  for (const auto& [name, mark] : marks) WriteMark(json, name, mark);
  return JsonReply(json.EndArray().Text());
}

Reply AnswerMarkChange(const Request& request, const HttpServices& services) {
  const Span span = ParseSpan(request);
  const MarkChange change = ParseChange(request.body);
  const std::string& name = request.tail;
  const auto segment = CatalogueReader(services.catalogue.DatabasePath()).FindSegment(name);
  if (segment && !segment->growing && segment->rate > 0 && span.start >= segment->Duration()) {
    throw BadParameter{fmt::format("the recording ends at {:.3f} s", segment->Duration())};
  }
  Mark mark;
  try {
    if (!services.catalogue.EditMarks(
            name, [&](FileMarks& file) { mark = Change(file, span, change); })) {
      return NoSuchRecording(name);
    }
  } catch (const Conflict& conflict) {
    return ErrorReply(409, conflict.code, conflict.message);
  }
  JsonWriter json;
  WriteMark(json, name, mark);
  return JsonReply(json.Text());
}

Reply AnswerMarkRemoval(const Request& request, const HttpServices& services) {
  const Span span = ParseSpan(request);
  bool was_there = false;
  const bool is_there = services.catalogue.EditMarks(request.tail, [&](FileMarks& file) {
    const auto found = FindMark(file.marks, span.start, span.end);
    was_there = found.has_value();
    if (found) file.marks.erase(file.marks.begin() + static_cast<std::ptrdiff_t>(*found));
  });
  if (!is_there) return NoSuchRecording(request.tail);
  return was_there ? NoContent() : ErrorReply(404, "no-such-mark", "there is no mark at that time");
}

Reply AnswerReviewed(const Request& request, const HttpServices& services) {
  return Review(request, services, true);
}

Reply AnswerNotReviewed(const Request& request, const HttpServices& services) {
  return Review(request, services, false);
}

}  // namespace isr
