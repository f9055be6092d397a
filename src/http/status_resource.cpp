#include "base/clock.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"
#include "http/status_document.hpp"

namespace isr {

Reply AnswerStatus(const Request& request, const HttpServices& /*services*/) {
  const Parameters parameters(request.query, {});
  return JsonReply(StatusDocument(request.sources, SystemClock().Utc()));
}

Reply AnswerSources(const Request& request, const HttpServices& /*services*/) {
  const Parameters parameters(request.query, {});
  return JsonReply(SourcesDocument(request.sources));
}

}  // namespace isr
