#include "http/reply.hpp"

#include "glib/json.hpp"

namespace isr {

Reply JsonReply(std::string document) {
  Reply reply;
  reply.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  reply.body = std::move(document);
  return reply;
}

Reply ErrorReply(int status, std::string_view code, std::string_view message) {
  JsonWriter json;
  json.BeginObject().Name("error").BeginObject();
  json.Name("code").String(code).Name("message").String(message);
  json.EndObject().EndObject();
  Reply reply = JsonReply(json.Text());
  reply.status = status;
  return reply;
}

}  // namespace isr
