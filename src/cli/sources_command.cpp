#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/with_daemon.hpp"
#include "desktop/capture.hpp"

namespace isr {
namespace {

/// Who captures it from that server, "desk, game"; nobody: empty.
std::string CapturedBy(const JsonValue& status, const DesktopNode& node, std::string_view server) {
  std::vector<std::string> names;
  for (const JsonValue& source : status["active"].Items()) {
    const bool is_this = LowerCase(source["target"].String()) == LowerCase(node.source) &&
                         source["backend"].String() == server;
    if (is_this) names.push_back(source["name"].String());
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

void PrintServer(const JsonValue& status, std::string_view server,
                 const std::vector<DesktopNode>& nodes) {
  if (nodes.empty()) return;
  size_t width = 6;
  for (const DesktopNode& node : nodes) width = std::max(width, node.source.size());
  fmt::print("{:<8}  {:<{}}  {:<8}  {}\n", "SERVER", "SOURCE", width, "CAPTURED", "NAME");
  for (const DesktopNode& node : nodes) {
    const std::string by = CapturedBy(status, node, server);
    fmt::print("{:<8}  {:<{}}  {:<8}  {}\n", server, node.source, width, by.empty() ? "-" : by,
               node.name);
  }
}

}  // namespace

int SourcesCommand(const Arguments& arguments) {
  return WithDaemon(arguments, [](ControlClient& daemon) {
    const JsonValue status = daemon.Ask({.command = "status"})["status"];
    PrintServer(status, "pulse", ListPulseNodes());
    PrintServer(status, "pipewire", ListPipewireNodes());
  });
}

}  // namespace isr
