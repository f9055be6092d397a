#include "cli/commands.hpp"

#include <array>

namespace isr {
namespace {

using Takes = Subcommand::Takes;

constexpr std::array<Subcommand, 19> kSubcommands{{
    {"run", Takes::kNothing, true, "record and serve until SIGTERM (the default command)",
     RunCommand},
    {"check", Takes::kNothing, false,
     "report every problem of a config, or show its effective settings", CheckCommand},
    {"verify", Takes::kNothing, false, "decode everything; report coverage by day, and every gap",
     VerifyCommand},
    {"analyze", Takes::kFiles, false, "measure files, and print what stands out in them",
     AnalyzeCommand},
    {"cut", Takes::kStretch, false, "copy a stretch of a recording, not encoded anew", CutCommand},
    {"status", Takes::kNothing, false, "show what the sources do", StatusCommand},
    {"pause", Takes::kSources, false, "finish the files of sources, and record no more",
     PauseCommand},
    {"resume", Takes::kSources, false, "record them again", ResumeCommand},
    {"save", Takes::kNothing, false, "keep what a source has just recorded as a file of its own",
     SaveCommand},
    {"sources", Takes::kNothing, false, "list what sound servers play, and what of it is captured",
     SourcesCommand},
    {"set-source", Takes::kTarget, false, "capture something else of a sound server: app:firefox",
     SetSourceCommand},
    {"reload", Takes::kNothing, false, "read the config again; restart only what changed",
     ReloadCommand},
    {"quit", Takes::kNothing, false, "finish all files and end", QuitCommand},
    {"passwd", Takes::kNothing, false, "set the password of the page, as seen from other machines",
     PasswdCommand},
    {"decode", Takes::kNothing, true, nullptr, DecodeCommand},
    {"measure", Takes::kNothing, true, nullptr, MeasureCommand},
    {"clip", Takes::kFiles, false, nullptr, ClipCommand},
    {"print-cut", Takes::kFiles, false, nullptr, PrintCutCommand},
    {"listen", Takes::kNothing, true, nullptr, ListenCommand},
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
