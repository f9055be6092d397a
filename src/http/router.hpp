#pragma once

#include <string_view>

#include "http/resources.hpp"

namespace isr {

enum class RunsOn {
  kMainThread,    ///< answers from memory
  kWorkerThread,  ///< may wait for the disk
};

/// One line of the route table.
struct Route {
  std::string_view path;  ///< ending in '/': a prefix
  RunsOn runs_on;
  Reply (*answer)(const Request& request, const HttpServices& services);
};

/// The route for a decoded path: an exact one before the longest prefix; "/" takes the rest.
const Route& FindRoute(std::string_view path);

}  // namespace isr
