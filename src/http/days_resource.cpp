#include "catalogue/reader.hpp"
#include "glib/json.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"

namespace isr {

Reply AnswerDays(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {});
  JsonWriter json;
  json.BeginArray();
  for (const DaySummary& day : CatalogueReader(services.catalogue.DatabasePath()).ListDays()) {
    json.BeginObject();
    json.Name("day").String(day.day);
    json.Name("count").Integer(day.count);
    json.Name("duration").Number(day.duration);
    json.Name("size").Integer(day.bytes);
    json.EndObject();
  }
  return JsonReply(json.EndArray().Text());
}

}  // namespace isr
