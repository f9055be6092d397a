#include <algorithm>
#include <cstdio>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <glib.h>

#include "cli/commands.hpp"
#include "cli/with_daemon.hpp"

namespace isr {
namespace {

/// A stranger's server may have put anything into a message; a terminal obeys some of it.
std::string Printable(const std::string& text) {
  std::string printable;
  for (const char* at = text.c_str(); *at != '\0';) {
    const char* const next = g_utf8_next_char(at);
    printable += g_unichar_isprint(g_utf8_get_char(at)) != FALSE ? std::string(at, next) : "?";
    at = next;
  }
  return printable;
}

std::string LocalTime(double unix_seconds) {
  return fmt::format("{:%F %T}", fmt::localtime(static_cast<std::time_t>(unix_seconds)));
}

/// "1:02:03"; what is in memory, where there are no files; else nothing.
std::string Length(const JsonValue& source) {
  if (const JsonValue memory = source["memory"]; memory.IsObject()) {
    constexpr double kMebibyte = 1 << 20;
    return fmt::format("{:.1f} of {:g} s in memory, {:.1f} MiB", memory["seconds"].Number(),
                       memory["capacity"].Number(), memory["memory"].Number() / kMebibyte);
  }
  const std::int64_t rate = source["rate"].Integer();
  if (rate <= 0) return "";
  const std::int64_t seconds = source["frames"].Integer() / rate;
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

using Row = std::vector<std::string>;

void PrintTable(const std::vector<Row>& rows) {
  std::vector<size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], static_cast<size_t>(g_utf8_strlen(row[i].c_str(), -1)));
    }
  }
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line);
  }
}

void PrintStatus(const JsonValue& status) {
  fmt::print("isr {}, {}\n\n", status["version"].String(), LocalTime(status["time"].Number()));
  std::vector<Row> rows{{"SOURCE", "STATE", "SINCE", "FILE", "LENGTH", "MESSAGE"}};
  for (const JsonValue& source : status["active"].Items()) {
    std::string state = source["state"].String();
    if (const std::string backend = source["backend"].String(); !backend.empty()) {
      state += fmt::format(" ({}, {})", backend, Printable(source["target"].String()));
    }
    rows.push_back({Printable(source["name"].String()), state, LocalTime(source["since"].Number()),
                    Printable(source["file"].String()), Length(source),
                    Printable(source["message"].String())});
  }
  PrintTable(rows);
  const JsonValue saves = status["saves"];
  if (saves["saved"].Integer() + saves["failed"].Integer() + saves["under_way"].Integer() == 0) {
    return;
  }
  fmt::print("\nsaves: {}, failed: {}, under way: {}\n", saves["saved"].Integer(),
             saves["failed"].Integer(), saves["under_way"].Integer());
  if (const std::string last = saves["last"].String(); !last.empty()) {
    fmt::print("last: {}\n", Printable(last));
  }
}

}  // namespace

int StatusCommand(const Arguments& arguments) {
  return WithDaemon(arguments, [&arguments](ControlClient& daemon) {
    const JsonValue status = daemon.Ask({.command = "status"})["status"];
    if (arguments.json) {
      fmt::print("{}\n", status.Text(true));
    } else {
      PrintStatus(status);
    }
  });
}

}  // namespace isr
