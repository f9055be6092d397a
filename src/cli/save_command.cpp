#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/with_daemon.hpp"

namespace isr {
namespace {

/// For the file to be safe; a slow disk takes its time for days of audio.
constexpr std::chrono::minutes kPatience{90};

/// What was saved, a path a line; what was not, and what is to be known of it, on stderr.
void PrintSave(const JsonValue& save) {
  const std::string source = save["source"].String();
  if (save["error"].IsObject()) {
    fmt::print(stderr, "isr: {}: {}\n", source, save["error"]["message"].String());
    return;
  }
  fmt::print("{}\n", save["path"].String());
  if (save["note"].IsString()) fmt::print(stderr, "isr: {}: {}\n", source, save["note"].String());
  for (const JsonValue& gap : save["gaps"].Items()) {
    fmt::print(stderr, "isr: {}: {:.3f} s are missing at {:.3f} s ({})\n", source,
               gap["seconds"].Number(), gap["at"].Number(), gap["cause"].String());
  }
}

}  // namespace

int SaveCommand(const Arguments& arguments) {
  int code = kExitOk;
  const auto talk = [&](ControlClient& daemon) {
    ControlRequest request{.command = "save"};
    if (!arguments.source.empty()) request.sources.push_back(arguments.source);
    request.save.seconds = arguments.seconds;
    request.save.post = arguments.post;
    request.save.label = arguments.label;
    const JsonValue saves = daemon.Ask(request)["saves"];
    if (arguments.json) fmt::print("{}\n", saves.Text(true));
    for (const JsonValue& save : saves.Items()) {
      if (!arguments.json) PrintSave(save);
      if (code != kExitOk || !save["error"].IsObject()) continue;
      code = ExitCodeFor(save["error"]["code"].String());
    }
  };
  const int talked = WithDaemon(arguments, talk, kPatience);
  return talked == kExitOk ? code : talked;
}

}  // namespace isr
