#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "catalogue/reader.hpp"
#include "glib/json.hpp"
#include "http/measurements.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"
#include "http/time_text.hpp"
#include "review/file_review.hpp"
#include "review/recorded_levels.hpp"

namespace isr {
namespace {

constexpr double kDefaultPoints = 800;
constexpr double kMostPoints = 10000;
constexpr double kLongest = 1e6;  // seconds; tracks end before

/// What is asked for.
struct Analysis {
  std::string name;
  DetectorOptions detection;
  std::size_t points = 0;
  double from = 0;           ///< seconds
  std::optional<double> to;  ///< none: the end
};

Analysis ParseAnalysis(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {"file", "margin", "min_gap", "from", "to", "points"});
  Analysis analysis{.name = parameters.Text("file"),
                    .detection = parameters.Detection(services.detection),
                    .points = static_cast<std::size_t>(
                        parameters.Number("points", 1, kMostPoints, kDefaultPoints)),
                    .from = parameters.Number("from", 0, kLongest, 0),
                    .to = std::nullopt};
  if (parameters.Has("to")) analysis.to = parameters.Number("to", 0, kLongest);
  if (analysis.to && *analysis.to < analysis.from) {
    throw BadParameter{"'to' must not be less than 'from'"};
  }
  return analysis;
}

/// Hundredths are what the track has.
JsonWriter& Decibels(JsonWriter& json, double level) {
  return json.Number(std::round(level * 100) / 100);
}

void WriteLevels(JsonWriter& json, const std::vector<std::optional<double>>& levels) {
  json.BeginArray();
  for (const auto& level : levels) {
    if (level) {
      Decibels(json, *level);
    } else {
      json.Null();
    }
  }
  json.EndArray();
}

void WriteSections(JsonWriter& json, const std::vector<FileSection>& sections) {
  json.BeginArray();
  for (const FileSection& section : sections) {
    json.BeginObject().Name("start").Number(section.start).Name("end").Number(section.end);
    Decibels(json.Name("score"), section.score);
    Decibels(json.Name("prominence"), section.prominence);
    json.EndObject();
  }
  json.EndArray();
}

void WriteGaps(JsonWriter& json, const FileReview& review) {
  json.BeginArray();
  for (const TrackEvent& event : review.events) {
    const auto* const gap = std::get_if<InnerGap>(&event);
    if (gap == nullptr || review.segment.rate == 0) continue;
    const double rate = review.segment.rate;
    json.BeginObject().Name("at").Number(static_cast<double>(gap->frame) / rate);
    json.Name("missing").Number(static_cast<double>(gap->missing) / rate);
    json.Name("cause").String(ToWord(gap->gap.cause)).EndObject();
  }
  json.EndArray();
}

void WriteTitles(JsonWriter& json, const FileReview& review) {
  json.BeginArray();
  for (const TrackEvent& event : review.events) {
    const auto* const title = std::get_if<Title>(&event);
    if (title == nullptr) continue;
    json.BeginObject().Name("at").Number(
        std::chrono::duration<double>(title->time - review.segment.start).count());
    json.Name("text").String(title->text).EndObject();
  }
  json.EndArray();
}

std::optional<Segment> Find(const HttpServices& services, const std::string& name) {
  return CatalogueReader(services.catalogue.DatabasePath()).FindSegment(name);
}

/// From the track, as it is.
Reply Answer(const Analysis& analysis, const HttpServices& services, const Segment& segment) {
  CatalogueReader catalogue(services.catalogue.DatabasePath());
  const FileReview review = ReviewFile(services.roots, catalogue, segment, analysis.detection);
  const double to = analysis.to.value_or(std::max(review.duration, analysis.from));
  JsonWriter json;
  json.BeginObject().Name("file").String(segment.name);
  json.Name("source").String(segment.source);
  json.Name("start").Number(UnixSeconds(segment.start));
  json.Name("date").String(FormatLocalTime(segment.start, segment.utc_offset));
  json.Name("duration").Number(review.duration);
  json.Name("growing").Boolean(segment.growing);
  json.Name("analysed").Boolean(review.has_levels);
  json.Name("margin").Number(analysis.detection.margin);
  json.Name("min_gap").Number(std::chrono::duration<double>(analysis.detection.min_gap).count());
  json.Name("floor");
  if (review.floor) {
    Decibels(json, *review.floor);
  } else {
    json.Null();
  }
  json.Name("from").Number(analysis.from).Name("to").Number(to);
  WriteLevels(json.Name("rms_display"), DisplayLevels(OpenTrack(services.roots, segment),
                                                      analysis.from, to, analysis.points));
  WriteSections(json.Name("sections"), review.sections);
  WriteGaps(json.Name("gaps"), review);
  WriteTitles(json.Name("titles"), review);
  return JsonReply(json.EndObject().Text());
}

}  // namespace

Reply AnswerAnalyze(const Request& request, const HttpServices& services) {
  const Analysis analysis = ParseAnalysis(request, services);
  const auto segment = Find(services, analysis.name);
  if (!segment) return NoSuchRecording(analysis.name);
  if (!services.measurements->AreWanted(*segment)) return Answer(analysis, services, *segment);
  return {.later = [analysis, services, segment = *segment] {
    const auto [outcome, trouble] = services.measurements->Measure(segment);
    switch (outcome) {
      case Measurements::Outcome::kHangs:
        return ErrorReply(504, "decoder-hangs",
                          "the decoder of '" + segment.name + "' says nothing: " + trouble);
      case Measurements::Outcome::kNoAudio:
        return ErrorReply(422, "no-audio", "'" + segment.name + "' cannot be decoded: " + trouble);
      case Measurements::Outcome::kMeasured:
        break;
    }
    return Answer(analysis, services, Find(services, segment.name).value_or(segment));
  }};
}

}  // namespace isr
