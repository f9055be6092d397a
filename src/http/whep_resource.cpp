#include <algorithm>
#include <array>
#include <utility>

#include <glib.h>

#include "base/error.hpp"
#include "glib/json.hpp"
#include "glib/json_value.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"

// Listening by WebRTC-HTTP Egress Protocol (draft-ietf-wish-whep), all candidates in the answer.

namespace isr {
namespace {

constexpr std::string_view kSdp = "application/sdp";

/// A moment in which a listener may leave, or isr-live comes back.
constexpr const char* kRetryAfter = "5";

Reply ReplyTo(const LiveError& error) {
  const std::string& code = error.Code();
  const int status = code == "bad-offer" || code == "bad-wish" ? 400
                     : code == "no-codec"                      ? 406
                     : code == "not-installed"                 ? 501
                                                               : 503;
  Reply reply = ErrorReply(status, code, error.what());
  if (status == 503) reply.headers.emplace_back("Retry-After", kRetryAfter);
  return reply;
}

bool HasSource(const Request& request, const std::string& name) {
  return std::any_of(request.sources.begin(), request.sources.end(),
                     [&](const SourceStatus& source) { return source.name == name; });
}

Reply NoSuchSource(const std::string& name) {
  return ErrorReply(404, "unknown-source", "there is no source '" + name + "'");
}

/// Asks, and answers with what `make` makes of the answer.
Reply Listen(LiveRequest listen, const HttpServices& services,
             std::function<Reply(const LiveAnswer&)> make) {
  if (services.live == nullptr) return ReplyTo({"not-installed", "nothing is recorded here"});
  Reply reply;
  reply.when_there = [listen = std::move(listen), make = std::move(make),
                      &live = *services.live](const std::function<void(Reply)>& give) {
    live.Listen(listen, [give, make](const LiveAnswer& answer) {
      give(answer.error ? ReplyTo(*answer.error) : make(answer));
    });
  };
  return reply;
}

std::string LocationOf(const std::string& source, const LiveAnswer& answer) {
  g_autofree char* name = g_uri_escape_string(source.c_str(), nullptr, FALSE);
  return std::string("/whep/") + name + "/" + answer.session;
}

}  // namespace

Reply AnswerWhep(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {"codec", "bitrate", "stereo"});
  if (request.content_type != kSdp) {
    Reply reply = ErrorReply(415, "content-type", "an offer is sent as application/sdp");
    reply.headers.emplace_back("Accept-Post", kSdp);
    return reply;
  }
  if (!HasSource(request, request.tail)) return NoSuchSource(request.tail);
  return Listen({.source = request.tail, .wishes = request.query, .offer = request.body}, services,
                [source = request.tail](const LiveAnswer& answer) {
                  Reply reply;
                  reply.status = 201;
                  reply.headers = {{"Content-Type", std::string(kSdp)},
                                   {"Cache-Control", "no-store"},
                                   {"Location", LocationOf(source, answer)}};
                  reply.body = answer.sdp;
                  return reply;
                });
}

Reply AnswerWhepEnd(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {});
  const size_t slash = request.tail.rfind('/');
  const std::string session = slash == std::string::npos ? "" : request.tail.substr(slash + 1);
  if (services.live == nullptr || !services.live->End(session)) {
    return ErrorReply(404, "unknown-session", "there is no such session (any more)");
  }
  Reply reply;
  reply.status = 204;
  return reply;
}

Reply AnswerWhepOptions(const Request& request, const HttpServices& /*services*/) {
  const Parameters parameters(request.query, {});
  Reply reply;
  reply.status = 204;
  reply.headers = {{"Allow", "POST, DELETE, OPTIONS"}, {"Accept-Post", std::string(kSdp)}};
  return reply;
}

Reply AnswerOffer(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {"source", "codec", "bitrate", "stereo"});
  JsonValue document;
  try {
    document = JsonValue::Parse(request.body);
  } catch (const Error& error) {
    throw BadParameter{std::string("the body must be JSON: ") + error.what()};
  }
  if (!document["sdp"].IsString() || document["type"].String() != "offer") {
    throw BadParameter{R"(the body must be an object like {"sdp": "v=0...", "type": "offer"})"};
  }
  LiveRequest listen{.wishes = request.query, .offer = document["sdp"].String()};
  listen.wishes.erase("source");
  if (parameters.Has("source")) {
    listen.source = parameters.Text("source");
  } else if (!request.sources.empty()) {
    listen.source = request.sources.front().name;
  }
  if (!HasSource(request, listen.source)) return NoSuchSource(listen.source);
  const std::string source = listen.source;
  return Listen(std::move(listen), services, [source](const LiveAnswer& answer) {
    JsonWriter json;
    json.BeginObject().Name("sdp").String(answer.sdp).Name("type").String("answer");
    Reply reply = JsonReply(json.EndObject().Text());
    reply.headers.emplace_back("Location", LocationOf(source, answer));
    return reply;
  });
}

}  // namespace isr
