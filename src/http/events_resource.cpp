#include "http/event_hub.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"

namespace isr {

Reply AnswerEvents(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {"levels", "source", "after"});
  EventHub::Wishes wishes{.levels = parameters.Number("levels", 0, 10, 0)};
  if (parameters.Has("source")) wishes.source = parameters.Text("source");
  if (parameters.Has("after")) wishes.after = parameters.Text("after");
  // A browser that reconnects by itself knows better than the address it began with.
  if (!request.last_event_id.empty()) wishes.after = request.last_event_id;
  Reply reply;
  reply.headers = {{"Content-Type", "text/event-stream"},
                   {"Cache-Control", "no-store"},
                   {"X-Accel-Buffering", "no"}};  // nginx
  reply.live = [&events = services.events, wishes](std::unique_ptr<ClientStream> client) {
    events.Add(std::move(client), wishes);
  };
  return reply;
}

}  // namespace isr
