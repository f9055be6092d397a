#include "cli/arguments.hpp"

#include <algorithm>
#include <array>
#include <limits>

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
    if (command.help == nullptr) continue;
    constexpr std::array<std::string_view, 5> kWords{"[CONFIG]", "[SOURCE...] [CONFIG]", "FILE...",
                                                     "FILE START END", "[SOURCE] TARGET"};
    const std::string_view words = kWords.at(static_cast<size_t>(command.takes));
    text += fmt::format("  {:<27}{}\n", fmt::format("{} {}", command.word, words), command.help);
  }
  return text +
         "\nCONFIG is config.ini when not given, else the installed service's; among sources it "
         "is\n"
         "a word that ends in .ini or "
         "holds a '/'. START and END are times from the file's begin: 90, 1:30, 0:01:30.5.\nSOURCE "
         "is a section of the config, or all. The commands from status on "
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
  const bool takes_nothing = command->takes == Subcommand::Takes::kNothing;
  const bool takes_sources = command->takes == Subcommand::Takes::kSources;
  const bool has_config =
      !words.empty() && (takes_nothing || (takes_sources && IsConfigPath(words.back())));
  if (has_config) {
    arguments.config = words.back();
    words.pop_back();
  }
  if (takes_nothing && !words.empty()) {
    throw UsageError("too many arguments; see isr --help");
  }
  if (command->takes == Subcommand::Takes::kFiles && words.empty()) {
    throw UsageError("analyze needs files: isr analyze FILE...");
  }
  if (command->takes == Subcommand::Takes::kStretch && words.size() != 3) {
    throw UsageError("cut needs a file and two times: isr cut FILE START END [-o OUT]");
  }
  if (command->takes == Subcommand::Takes::kTarget) {
    if (words.empty() || words.size() > 2) {
      throw UsageError("set-source needs what is to be recorded: isr set-source [SOURCE] TARGET");
    }
    arguments.target = words.back();
    words.pop_back();
  }
  arguments.sources = std::move(words);
}

constexpr int kNotGiven = std::numeric_limits<int>::min();

template <typename Number>
std::optional<Number> Given(Number value) {
  return value == Number(kNotGiven) ? std::nullopt : std::optional(value);
}

/// As GOption leaves them.
struct Options {
  Options() = default;
  ~Options() {
    for (gchar* const text :
         {socket, analyses, gst, from, to, output, source, label, directory, threshold})
      g_free(text);
    g_strfreev(words);
  }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  void AddSaveEntries(GOptionContext* context) {
    const GOptionEntry entries[] = {
        {"source", 0, 0, G_OPTION_ARG_STRING, &source,
         "Of save: which one, or all (default: the only one that there is)", "SOURCE"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds,
         "Of save: the last so many, up to now (default: replay_seconds of the config, or 60)",
         "N"},
        {"post", 0, 0, G_OPTION_ARG_DOUBLE, &post,
         "Of save: so many from now on as well (default: post_seconds of the config); waits for "
         "them",
         "N"},
        {"label", 0, 0, G_OPTION_ARG_STRING, &label, "Of save: what to call it", "TEXT"},
        {}};
    g_option_context_add_main_entries(context, entries, nullptr);
  }

  bool Parse(int argc, char** argv, GError** error) {
    const GOptionEntry entries[] = {
        {"version", 'V', 0, G_OPTION_ARG_NONE, &version, "Print the version", nullptr},
        {"user", 0, 0, G_OPTION_ARG_NONE, &user,
         "The isr of this user, with ~/.config/isr/config.ini, which is made when it is not there",
         nullptr},
        {"list-devices", 0, 0, G_OPTION_ARG_NONE, &list_devices, "List what can be recorded from",
         nullptr},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json,
         "Of status, save and analyze: print JSON; of analyze an object a line and file", nullptr},
        {"margin", 0, 0, G_OPTION_ARG_DOUBLE, &margin,
         "Of run and analyze: how far a section rises over the noise floor (default 12)", "DB"},
        {"min-gap", 0, 0, G_OPTION_ARG_DOUBLE, &min_gap,
         "Of run and analyze: sections closer than this are one (default 2)", "SECONDS"},
        {"port", 0, 0, G_OPTION_ARG_INT, &port, "Of run: TCP port of the page", "PORT"},
        {"dir", 0, 0, G_OPTION_ARG_FILENAME, &directory,
         "Of run and passwd: serve this directory, and record nothing", "DIR"},
        {"remove", 0, 0, G_OPTION_ARG_NONE, &remove, "Of passwd: remove the password", nullptr},
        {"threshold", 0, 0, G_OPTION_ARG_STRING, &threshold, "Ignored: see --margin", "DB"},
        {"refresh", 0, 0, G_OPTION_ARG_NONE, &refresh,
         "Of analyze: measure again what has been measured", nullptr},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
         "Of cut: the new file, or the folder for it (default: the working directory)", "OUT"},
        {"analyses-dir", 0, 0, G_OPTION_ARG_FILENAME, &analyses,
         "Of run: keep the tracks there, not in analyses/ of the recordings", "DIR"},
        {"gst", 0, 0, G_OPTION_ARG_STRING, &gst,
         "Of check: print the command that records SOURCE with gst-launch-1.0", "SOURCE"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "Of verify: recordings from then on", "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "Of verify: recordings before that", "TIME"},
        {"patience", 0, 0, G_OPTION_ARG_DOUBLE, &patience,
         "Of verify and analyze: give a file up when its decoder gets nowhere for so long (default "
         "30)",
         "SECONDS"},
        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &socket, "Talk to the isr that listens there",
         "PATH"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, nullptr,
         "[COMMAND] [CONFIG]"},
        {}};
    GOptionContext* const context = g_option_context_new(nullptr);
    g_option_context_set_summary(context, Summary().c_str());
    g_option_context_add_main_entries(context, entries, nullptr);
    AddSaveEntries(context);
    const bool parsed = g_option_context_parse(context, &argc, &argv, error) != FALSE;
    g_option_context_free(context);
    return parsed;
  }

  gboolean version = FALSE;
  gboolean user = FALSE;
  gboolean list_devices = FALSE;
  gboolean json = FALSE;
  gchar* socket = nullptr;
  gchar* analyses = nullptr;
  gchar* gst = nullptr;
  gchar* output = nullptr;
  gchar* source = nullptr;
  gchar* label = nullptr;
  gdouble seconds = kNotGiven;
  gdouble post = kNotGiven;
  gchar* from = nullptr;
  gchar* to = nullptr;
  gdouble patience = Arguments().patience;
  gdouble margin = kNotGiven;
  gdouble min_gap = kNotGiven;
  gint port = kNotGiven;
  gchar* directory = nullptr;
  gchar* threshold = nullptr;
  gboolean remove = FALSE;
  gboolean refresh = FALSE;
  gchar** words = nullptr;
};

}  // namespace

Arguments ParseArguments(int argc, char** argv) {
  Options options;
  g_autoptr(GError) error = nullptr;
  if (!options.Parse(argc, argv, &error)) {
    throw UsageError(std::string(error->message) + "; see isr --help");
  }
  const auto text = [](const char* given) { return std::string(given == nullptr ? "" : given); };
  Arguments arguments{.user = options.user != FALSE,
                      .directory = text(options.directory),
                      .port = Given(options.port),
                      .analyses_directory = text(options.analyses),
                      .socket = text(options.socket),
                      .from = text(options.from),
                      .to = text(options.to),
                      .patience = std::clamp(options.patience, 0.1, 3600.0),
                      .gst_source = text(options.gst),
                      .margin = Given(options.margin),
                      .min_gap = Given(options.min_gap),
                      .output = text(options.output),
                      .remove = options.remove != FALSE,
                      .threshold = options.threshold != nullptr,
                      .source = text(options.source),
                      .seconds = Given(options.seconds),
                      .post = Given(options.post),
                      .label = text(options.label),
                      .refresh = options.refresh != FALSE,
                      .json = options.json != FALSE,
                      .version = options.version != FALSE,
                      .list_devices = options.list_devices != FALSE};
  if (!(arguments.margin.value_or(1) > 0 && arguments.margin.value_or(1) <= 100) ||
      !(arguments.min_gap.value_or(0) >= 0 && arguments.min_gap.value_or(0) <= 3600)) {
    throw UsageError("--margin must lie between 0 and 100 dB, --min-gap between 0 and 3600 s");
  }
  if (arguments.port.value_or(0) < 0 || arguments.port.value_or(0) > 65535) {
    throw UsageError("--port must lie between 0 and 65535; 0 is no page");
  }
  std::vector<std::string> words;
  for (gchar** word = options.words; word != nullptr && *word != nullptr; ++word) {
    words.emplace_back(*word);
  }
  TakeWords(arguments, std::move(words));
  return arguments;
}

}  // namespace isr
