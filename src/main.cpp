#include <clocale>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gst/gst.h>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "config/problem.hpp"
#include "plugins/elements.hpp"

namespace {

constexpr const char* kSummary =
    "Records streams and sound cards into files split on the clock, and serves them.\n\n"
    "Commands:\n"
    "  run [CONFIG]     record and serve until SIGTERM (the default command)\n"
    "  check [CONFIG]   report every problem of a config, or show its effective settings\n\n"
    "CONFIG is config.ini when not given.";

struct Arguments {
  bool version = false;
  bool list_devices = false;
  std::vector<std::string> words;
};

/// Throws isr::Error.
Arguments Parse(int argc, char** argv) {
  gboolean version = FALSE;
  gboolean list_devices = FALSE;
  gchar** words = nullptr;
  const GOptionEntry entries[] = {
      {"version", 'V', 0, G_OPTION_ARG_NONE, &version, "Print the version", nullptr},
      {"list-devices", 0, 0, G_OPTION_ARG_NONE, &list_devices, "List what can be recorded from",
       nullptr},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, nullptr, "[COMMAND] [CONFIG]"},
      {}};
  GOptionContext* const context = g_option_context_new(nullptr);
  g_option_context_set_summary(context, kSummary);
  g_option_context_add_main_entries(context, entries, nullptr);
  GError* error = nullptr;
  const bool parsed = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  Arguments arguments{.version = version != FALSE, .list_devices = list_devices != FALSE};
  for (gchar** word = words; word != nullptr && *word != nullptr; ++word) {
    arguments.words.emplace_back(*word);
  }
  g_strfreev(words);
  if (parsed) return arguments;
  const std::string text = error->message;
  g_error_free(error);
  throw isr::Error(text);
}

int Dispatch(std::vector<std::string> words) {
  const std::string command = words.empty() ? "run" : words.front();
  const bool known = command == "run" || command == "check";
  // `isr my.ini` is `isr run my.ini`.
  if (!words.empty() && known) words.erase(words.begin());
  if (words.size() > 1) {
    fmt::print(stderr, "isr: too many arguments; see isr --help\n");
    return isr::kExitUsage;
  }
  const std::string config = words.empty() ? "config.ini" : words.front();
  return command == "check" ? isr::CheckCommand(config) : isr::RunCommand(config);
}

}  // namespace

int main(int argc, char** argv) {
  setlocale(LC_ALL, "");
  setlocale(LC_NUMERIC, "C");
  try {
    const Arguments arguments = Parse(argc, argv);
    if (arguments.version) {
      fmt::print("isr {}\n", ISR_VERSION);
      return isr::kExitOk;
    }
    gst_init(nullptr, nullptr);
    isr::RegisterElements(nullptr);
    if (arguments.list_devices) return isr::ListDevicesCommand();
    return Dispatch(arguments.words);
  } catch (const isr::ConfigError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return isr::kExitConfig;
  } catch (const std::exception& error) {
    fmt::print(stderr, "isr: {}\n", isr::Describe(error));
    return isr::kExitUnavailable;
  }
}
