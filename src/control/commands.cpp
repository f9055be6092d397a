#include "control/commands.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/protocol.hpp"

namespace isr {
namespace {

using Respond = std::function<void(std::string answer)>;

constexpr std::string_view kAll = "all";

void CheckName(const std::string& name, std::span<const std::string> known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  const auto nearest = NearestName(name, known);
  throw CommandError("unknown-source",
                     nearest.has_value()
                         ? fmt::format("no source '{}'; did you mean '{}'?", name, *nearest)
                         : fmt::format("no source '{}'; there are: {}", name,
                                       fmt::join(known.begin(), known.end(), ", ")));
}

/// The sources meant, each once, in the order of the config.
std::vector<std::string> FindSources(const ControlRequest& request, ControlService& service) {
  std::vector<std::string> names = service.SourceNames();
  if (request.sources.empty()) {
    if (names.size() == 1) return names;
    throw CommandError("bad-request",
                       fmt::format("which source? all, or one of {}", fmt::join(names, ", ")));
  }
  const auto is_asked = [&request](std::string_view name) {
    return std::find(request.sources.begin(), request.sources.end(), name) != request.sources.end();
  };
  for (const std::string& name : request.sources) {
    if (name != kAll) CheckName(name, names);
  }
  if (!is_asked(kAll)) {
    std::erase_if(names, [&is_asked](const std::string& name) { return !is_asked(name); });
  }
  return names;
}

void Status(ControlService& service, const ControlRequest& /*request*/, const Respond& respond) {
  respond(StatusAnswer(service.StatusDocument()));
}

void Pause(ControlService& service, const ControlRequest& request, const Respond& respond) {
  const std::vector<std::string> sources = FindSources(request, service);
  service.Pause(sources, [respond, sources] { respond(SourcesAnswer(sources)); });
}

void Resume(ControlService& service, const ControlRequest& request, const Respond& respond) {
  const std::vector<std::string> sources = FindSources(request, service);
  service.Resume(sources);
  respond(SourcesAnswer(sources));
}

void SetSource(ControlService& service, const ControlRequest& request, const Respond& respond) {
  std::vector<std::string> names = service.DesktopSourceNames();
  if (request.target.empty()) {
    throw CommandError("bad-request", "'target' is what is to be recorded: system, app:firefox");
  }
  if (names.empty()) {
    throw CommandError("bad-request", "no source records what a sound server plays");
  }
  if (!request.sources.empty()) {
    CheckName(request.sources.front(), service.SourceNames());
    names = {request.sources.front()};
  }
  if (names.size() > 1) {
    throw CommandError("bad-request",
                       fmt::format("which source? one of {}", fmt::join(names, ", ")));
  }
  service.SetSource(names.front(), request.target);
  respond(SourcesAnswer(names));
}

void Reload(ControlService& service, const ControlRequest& /*request*/, const Respond& respond) {
  service.Reload([respond](const ReloadResult& result) { respond(ReloadAnswer(result)); });
}

void Save(ControlService& service, const ControlRequest& request, const Respond& respond) {
  service.Save(request.save, [respond](const SaveAnswer& answer) {
    respond(answer.error ? ErrorAnswer(CommandError(answer.error->Code(), answer.error->what()))
                         : SavesAnswer(answer.saves));
  });
}

void Quit(ControlService& service, const ControlRequest& /*request*/, const Respond& respond) {
  service.Quit();
  respond(OkAnswer());
}

struct Command {
  std::string_view word;
  void (*execute)(ControlService& service, const ControlRequest& request, const Respond& respond);
};
constexpr std::array<Command, 7> kCommands{{
    {"status", Status},
    {"pause", Pause},
    {"resume", Resume},
    {"set-source", SetSource},
    {"reload", Reload},
    {"save", Save},
    {"quit", Quit},
}};

void Execute(ControlService& service, const ControlRequest& request, const Respond& respond) {
  std::vector<std::string> words;
  for (const Command& command : kCommands) {
    if (command.word == request.command) return command.execute(service, request, respond);
    words.emplace_back(command.word);
  }
  throw CommandError("bad-request", fmt::format("no command '{}'; there are: {}", request.command,
                                                fmt::join(words, ", ")));
}

}  // namespace

void ExecuteRequest(ControlService& service, std::string_view line, const Respond& respond) {
  try {
    Execute(service, ParseRequest(line), respond);
  } catch (const CommandError& error) {
    respond(ErrorAnswer(error));
  } catch (const SaveError& error) {
    respond(ErrorAnswer(CommandError(error.Code(), error.what())));
  } catch (const std::exception& error) {
    respond(ErrorAnswer(CommandError("internal", Describe(error))));
  }
}

}  // namespace isr
