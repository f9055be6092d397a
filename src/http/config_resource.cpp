#include "glib/json.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"

namespace isr {

Reply AnswerConfig(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {});
  JsonWriter json;
  json.BeginObject().Name("version").String(ISR_VERSION);
  json.Name("margin").Number(services.detection.margin);
  json.Name("min_gap").Number(std::chrono::duration<double>(services.detection.min_gap).count());
  json.Name("login").Boolean(request.has_session);
  return JsonReply(json.EndObject().Text());
}

}  // namespace isr
