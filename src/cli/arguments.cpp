#include "cli/arguments.hpp"

#include <fmt/format.h>
#include <glib.h>

#include "cli/commands.hpp"

namespace isr {
namespace {

std::string Summary() {
  std::string text =
      "Records streams and sound cards into files split on the clock, and serves "
      "them.\n\nCommands:\n";
  for (const Subcommand& command : Subcommands()) {
    const std::string_view words = command.takes_sources ? "SOURCE... [CONFIG]" : "[CONFIG]";
    text += fmt::format("  {:<27}{}\n", fmt::format("{} {}", command.word, words), command.help);
  }
  return text +
         "\nCONFIG is config.ini when not given; among sources it is a word that ends in .ini or\n"
         "holds a '/'. SOURCE is a section of the config, or all. The commands from status on "
         "talk\n"
         "to the isr that runs with this config, through the socket in its state_directory; for\n"
         "one that systemd runs, name it: --socket /run/isr/control.sock";
}

bool IsConfigPath(const std::string& word) {
  return word.ends_with(".ini") || word.find('/') != std::string::npos;
}

void TakeWords(Arguments& arguments, std::vector<std::string> words) {
  const Subcommand* command = words.empty() ? nullptr : FindSubcommand(words.front());
  if (command != nullptr) {
    words.erase(words.begin());
  } else {
    command = FindSubcommand(arguments.command);
  }
  arguments.command = command->word;
  const bool has_config = !words.empty() && (!command->takes_sources || IsConfigPath(words.back()));
  if (has_config) {
    arguments.config = words.back();
    words.pop_back();
  }
  if (!command->takes_sources && !words.empty()) {
    throw UsageError("too many arguments; see isr --help");
  }
  if (command->takes_sources && words.empty()) {
    throw UsageError(
        fmt::format("{0} needs the name of a source, or all: isr {0} SOURCE... "
                    "[CONFIG]",
                    command->word));
  }
  arguments.sources = std::move(words);
}

}  // namespace

Arguments ParseArguments(int argc, char** argv) {
  gboolean version = FALSE;
  gboolean list_devices = FALSE;
  gboolean json = FALSE;
  g_autofree gchar* socket = nullptr;
  g_auto(GStrv) words = nullptr;
  const GOptionEntry entries[] = {
      {"version", 'V', 0, G_OPTION_ARG_NONE, &version, "Print the version", nullptr},
      {"list-devices", 0, 0, G_OPTION_ARG_NONE, &list_devices, "List what can be recorded from",
       nullptr},
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Of status: print the document of status.json",
       nullptr},
      {"socket", 0, 0, G_OPTION_ARG_FILENAME, &socket, "Talk to the isr that listens there",
       "PATH"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, nullptr,
       "[COMMAND] [CONFIG]"},
      {}};
  GOptionContext* const context = g_option_context_new(nullptr);
  g_option_context_set_summary(context, Summary().c_str());
  g_option_context_add_main_entries(context, entries, nullptr);
  g_autoptr(GError) error = nullptr;
  const bool parsed = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!parsed) throw UsageError(std::string(error->message) + "; see isr --help");
  Arguments arguments{.socket = socket == nullptr ? "" : socket,
                      .json = json != FALSE,
                      .version = version != FALSE,
                      .list_devices = list_devices != FALSE};
  std::vector<std::string> all;
  for (gchar** word = words; word != nullptr && *word != nullptr; ++word) all.emplace_back(*word);
  TakeWords(arguments, std::move(all));
  return arguments;
}

}  // namespace isr
