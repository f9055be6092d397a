#include "http/router.hpp"

#include <array>

namespace isr {
namespace {

// Longer prefixes stand before shorter ones.
constexpr std::array<Route, 6> kRoutes{{
    {"/api/files", RunsOn::kWorkerThread, AnswerFiles},
    {"/api/days", RunsOn::kWorkerThread, AnswerDays},
    {"/api/status", RunsOn::kMainThread, AnswerStatus},
    {"/stream/", RunsOn::kWorkerThread, AnswerStream},
    {"/download/", RunsOn::kWorkerThread, AnswerDownload},
    {"/", RunsOn::kWorkerThread, AnswerWeb},
}};

bool Matches(const Route& route, std::string_view path) {
  return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
}

}  // namespace

const Route& FindRoute(std::string_view path) {
  for (const Route& route : kRoutes) {
    if (Matches(route, path)) return route;
  }
  return kRoutes.back();
}

}  // namespace isr
