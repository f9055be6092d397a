#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "glib/json.hpp"
#include "glib/json_value.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"

namespace isr {
namespace {

JsonValue ParseBody(const std::string& body) {
  JsonValue document;
  try {
    document = JsonValue::Parse(body);
  } catch (const Error& error) {
    throw BadParameter{std::string("the body must be JSON: ") + error.what()};
  }
  if (document.IsObject()) return document;
  throw BadParameter{R"(the body must be an object like {"source": "radio", "seconds": 30})"};
}

SaveRequest ParseRequest(const std::string& body) {
  const JsonValue document = ParseBody(body);
  SaveRequest request;
  for (const std::string& name : document.Names()) {
    const JsonValue value = document[name.c_str()];
    const bool is_text = name == "source" || name == "label";
    const bool is_number = name == "seconds" || name == "post";
    if (!is_text && !is_number) {
      throw BadParameter{
          fmt::format("there is no '{}'; there are source, seconds, post, label", name)};
    }
    if (is_text && !value.IsString()) throw BadParameter{"'" + name + "' must be a string"};
    if (is_number && !value.IsNumber()) throw BadParameter{"'" + name + "' must be a number"};
    if (name == "source") request.sources.push_back(value.String());
    if (name == "label") request.label = value.String();
    if (name == "seconds") request.seconds = value.Number();
    if (name == "post") request.post = value.Number();
  }
  return request;
}

Reply ReplyTo(const SaveError& error) {
  const std::string& code = error.Code();
  const int status = code == "bad-request"        ? 400
                     : code == "unknown-source"   ? 404
                     : code == "nothing-recorded" ? 409
                     : code == "internal"         ? 500
                     : code == "busy"             ? 503
                                                  : 507;
  return ErrorReply(status, code, error.what());
}

}  // namespace

Reply AnswerReplay(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {});
  const SaveRequest save = ParseRequest(request.body);
  if (services.saves == nullptr) return ReplyTo({"nothing-recorded", "nothing is recorded here"});
  Reply reply;
  reply.when_there = [save, &saves = *services.saves](const std::function<void(Reply)>& give) {
    try {
      saves.Save(save, [give](const SaveAnswer& answer) {
        if (answer.error) return give(ReplyTo(*answer.error));
        JsonWriter json;
        json.BeginObject().Name("saves").Document(answer.saves);
        give(JsonReply(json.EndObject().Text()));
      });
    } catch (const SaveError& error) {
      give(ReplyTo(error));
    }
  };
  return reply;
}

}  // namespace isr
