#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/resources.hpp"

namespace isr {

enum class RunsOn {
  kMainThread,    ///< answers from memory
  kWorkerThread,  ///< may wait for the disk
  kDecodeThread,  ///< waits for a decoder, as do those who read its body
};

/// One line of the route table.
struct Route {
  std::string_view path;  ///< ending in '/': a prefix
  RunsOn runs_on;
  Reply (*answer)(const Request& request, const HttpServices& services);
  std::string_view method = "GET";  ///< with GET also HEAD
};

/// All that is served; longer prefixes stand before shorter ones, and "/" at the end.
std::span<const Route> Routes();

/// The route for a method and a decoded path: an exact one before the longest prefix; the last
/// takes the rest. Null: that path has no such method.
const Route* FindRoute(std::span<const Route> routes, std::string_view method,
                       std::string_view path);

/// What a decoded path has, "GET, HEAD".
std::string MethodsOf(std::span<const Route> routes, std::string_view path);

}  // namespace isr
