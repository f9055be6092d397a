#include <cmath>

#include "catalogue/reader.hpp"
#include "glib/json.hpp"
#include "http/measurements.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"
#include "http/time_text.hpp"
#include "review/day_review.hpp"

namespace isr {
namespace {

double Hundredths(double value) {
  return std::round(value * 100) / 100;
}

void WriteFiles(JsonWriter& json, const std::vector<Segment>& files,
                const Measurements& measurements) {
  json.BeginArray();
  for (const Segment& file : files) {
    json.BeginObject().Name("name").String(file.name).Name("source").String(file.source);
    json.Name("start").Number(UnixSeconds(file.start));
    json.Name("date").String(FormatLocalTime(file.start, file.utc_offset));
    json.Name("duration").Number(file.Duration());
    json.Name("ext").String(file.format);
    json.Name("recording").Boolean(file.growing);
    json.Name("analysed").Boolean(!measurements.AreWanted(file)).EndObject();
  }
  json.EndArray();
}

void WriteSections(JsonWriter& json, const std::vector<DaySection>& sections) {
  json.BeginArray();
  for (const DaySection& section : sections) {
    json.BeginObject().Name("source").String(section.source).Name("file").String(section.name);
    json.Name("start").Number(Hundredths(section.start));
    json.Name("end").Number(Hundredths(section.end));
    json.Name("time").Number(UnixSeconds(section.time));
    json.Name("score").Number(Hundredths(section.score));
    json.Name("prominence").Number(Hundredths(section.prominence)).EndObject();
  }
  json.EndArray();
}

void WriteGaps(JsonWriter& json, const std::vector<Gap>& gaps) {
  json.BeginArray();
  for (const Gap& gap : gaps) {
    json.BeginObject().Name("source").String(gap.source);
    json.Name("start").Number(UnixSeconds(gap.start)).Name("end").Number(UnixSeconds(gap.end));
    json.Name("cause").String(ToWord(gap.cause)).EndObject();
  }
  json.EndArray();
}

}  // namespace

Reply AnswerHighlights(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {"day", "margin", "min_gap"});
  const std::string& day = parameters.Day("day");
  const DetectorOptions detection = parameters.Detection(services.detection);
  CatalogueReader catalogue(services.catalogue.DatabasePath());
  const DayReview review = ReviewDay(services.roots, catalogue, day, detection);
  JsonWriter json;
  json.BeginObject().Name("day").String(day).Name("margin").Number(detection.margin);
  json.Name("min_gap").Number(std::chrono::duration<double>(detection.min_gap).count());
  WriteFiles(json.Name("files"), review.files, *services.measurements);
  WriteSections(json.Name("sections"), review.sections);
  json.Name("by_score").BeginArray();
  for (const std::size_t index : ByScore(review.sections)) {
    json.Integer(static_cast<std::int64_t>(index));
  }
  json.EndArray();
  WriteGaps(json.Name("gaps"), review.gaps);
  return JsonReply(json.EndObject().Text());
}

}  // namespace isr
