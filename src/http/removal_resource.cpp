#include "catalogue/removal.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"

namespace isr {

Reply AnswerRemoval(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {});
  const std::string& name = request.tail;
  switch (RemoveRecording(services.roots, name)) {
    case Removal::kNoSuchRecording:
      return NoSuchRecording(name);
    case Removal::kInUse:
      return ErrorReply(409, "in-use",
                        "'" + name + "' is still being recorded; pause its source first");
    case Removal::kRemoved:
      break;
  }
  services.catalogue.SegmentRemoved(name);
  Reply reply;
  reply.status = 204;
  return reply;
}

}  // namespace isr
