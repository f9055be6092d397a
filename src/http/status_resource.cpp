#include "base/clock.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"
#include "http/status_document.hpp"

namespace isr {

Reply AnswerStatus(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {});
  const SaveCounts saves = services.saves == nullptr ? SaveCounts{} : services.saves->Counts();
  return JsonReply(StatusDocument(request.sources, saves, SystemClock().Utc()));
}

Reply AnswerSources(const Request& request, const HttpServices& /*services*/) {
  const Parameters parameters(request.query, {});
  return JsonReply(SourcesDocument(request.sources));
}

}  // namespace isr
