#include "base/clock.hpp"
#include "http/resources.hpp"
#include "http/status_document.hpp"

namespace isr {

Reply AnswerStatus(const Request& request, const HttpServices& /*services*/) {
  return JsonReply(StatusDocument(request.sources, SystemClock().Utc()));
}

Reply AnswerSources(const Request& request, const HttpServices& /*services*/) {
  return JsonReply(SourcesDocument(request.sources));
}

}  // namespace isr
