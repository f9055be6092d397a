#include "control/protocol.hpp"

#include <optional>

#include "glib/json.hpp"
#include "glib/json_value.hpp"

namespace isr {
namespace {

JsonValue ParseLine(std::string_view line) {
  try {
    return JsonValue::Parse(line);
  } catch (const Error& error) {
    throw CommandError("bad-request", "the request is not JSON: " + Describe(error));
  }
}

void WriteList(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  json.Name(name).BeginArray();
  for (const std::string& word : list) json.String(word);
  json.EndArray();
}

void BeginOk(JsonWriter& json) {
  json.BeginObject().Name("ok").Boolean(true);
}

std::optional<double> NumberIn(const JsonValue& json, const char* name) {
  if (json[name].IsNull()) return std::nullopt;
  if (!json[name].IsNumber()) {
    throw CommandError("bad-request", "'" + std::string(name) + "' is a number");
  }
  return json[name].Number();
}

SaveRequest ParseSave(const JsonValue& json) {
  SaveRequest save;
  save.seconds = NumberIn(json, "seconds");
  save.post = NumberIn(json, "post");
  if (!json["label"].IsNull() && !json["label"].IsString()) {
    throw CommandError("bad-request", "'label' is text");
  }
  save.label = json["label"].String();
  return save;
}

}  // namespace

ControlRequest ParseRequest(std::string_view line) {
  const JsonValue json = ParseLine(line);
  if (!json["command"].IsString()) {
    throw CommandError("bad-request", "a request is an object like {\"command\":\"status\"}");
  }
  ControlRequest request{.command = json["command"].String()};
  request.sources = json["sources"].Strings();
  if (request.sources.size() != json["sources"].Items().size() ||
      (!json["sources"].IsNull() && !json["sources"].IsArray())) {
    throw CommandError("bad-request", "'sources' is a list of names");
  }
  if (json["source"].IsString()) {
    request.sources.push_back(json["source"].String());
  } else if (!json["source"].IsNull()) {
    throw CommandError("bad-request", "'source' is a name");
  }
  if (!json["target"].IsNull() && !json["target"].IsString()) {
    throw CommandError("bad-request", "'target' is text");
  }
  request.target = json["target"].String();
  request.save = ParseSave(json);
  request.save.sources = request.sources;
  return request;
}

std::string WriteRequest(const ControlRequest& request) {
  JsonWriter json;
  json.BeginObject().Name("command").String(request.command);
  if (!request.sources.empty()) WriteList(json, "sources", request.sources);
  if (!request.target.empty()) json.Name("target").String(request.target);
  if (request.command == "save") {
    if (request.save.seconds) json.Name("seconds").Number(*request.save.seconds);
    if (request.save.post) json.Name("post").Number(*request.save.post);
    json.Name("label").String(request.save.label);
  }
  return json.EndObject().Text();
}

std::string OkAnswer() {
  JsonWriter json;
  BeginOk(json);
  return json.EndObject().Text();
}

std::string StatusAnswer(std::string_view document) {
  JsonWriter json;
  BeginOk(json);
  return json.Name("status").Document(document).EndObject().Text();
}

std::string SourcesAnswer(const std::vector<std::string>& sources) {
  JsonWriter json;
  BeginOk(json);
  WriteList(json, "sources", sources);
  return json.EndObject().Text();
}

std::string ReloadAnswer(const ReloadResult& result) {
  JsonWriter json;
  BeginOk(json);
  WriteList(json, "added", result.added);
  WriteList(json, "removed", result.removed);
  WriteList(json, "restarted", result.restarted);
  WriteList(json, "after_restart", result.after_restart);
  return json.EndObject().Text();
}

std::string SavesAnswer(std::string_view saves) {
  JsonWriter json;
  BeginOk(json);
  return json.Name("saves").Document(saves).EndObject().Text();
}

std::string ErrorAnswer(const CommandError& error) {
  JsonWriter json;
  json.BeginObject().Name("ok").Boolean(false).Name("error").BeginObject();
  json.Name("code").String(error.Code()).Name("message").String(error.what());
  if (!error.Problems().empty()) WriteList(json, "problems", error.Problems());
  return json.EndObject().EndObject().Text();
}

}  // namespace isr
