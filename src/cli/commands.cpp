#include "cli/commands.hpp"

#include <array>

namespace isr {
namespace {

constexpr std::array<Subcommand, 7> kSubcommands{{
    {"run", false, true, "record and serve until SIGTERM (the default command)", RunCommand},
    {"check", false, false, "report every problem of a config, or show its effective settings",
     CheckCommand},
    {"status", false, false, "show what the sources do", StatusCommand},
    {"pause", true, false, "finish the files of sources, and record no more", PauseCommand},
    {"resume", true, false, "record them again", ResumeCommand},
    {"reload", false, false, "read the config again; restart only what changed", ReloadCommand},
    {"quit", false, false, "finish all files and end", QuitCommand},
}};

}  // namespace

std::span<const Subcommand> Subcommands() {
  return kSubcommands;
}

const Subcommand* FindSubcommand(std::string_view word) {
  for (const Subcommand& command : kSubcommands) {
    if (command.word == word) return &command;
  }
  return nullptr;
}

}  // namespace isr
