#include "http/router.hpp"

#include <array>

namespace isr {
namespace {

bool Matches(const Route& route, std::string_view path) {
  return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
}

/// Which of the table's paths is meant.
std::string_view PlaceOf(std::span<const Route> routes, std::string_view path) {
  for (const Route& route : routes) {
    if (Matches(route, path)) return route.path;
  }
  return routes.back().path;
}

}  // namespace

std::span<const Route> Routes() {
  static constexpr auto kRoutes = std::to_array<Route>({
      {"/api/files", RunsOn::kWorkerThread, AnswerFiles},
      {"/api/files/", RunsOn::kWorkerThread, AnswerRemoval, "DELETE"},
      {"/api/days", RunsOn::kWorkerThread, AnswerDays},
      {"/api/analyze", RunsOn::kWorkerThread, AnswerAnalyze},
      {"/api/clip", RunsOn::kDecodeThread, AnswerClip},
      {"/api/cut", RunsOn::kDecodeThread, AnswerCut},
      {"/api/highlights", RunsOn::kWorkerThread, AnswerHighlights},
      {"/api/config", RunsOn::kMainThread, AnswerConfig},
      {"/api/storage", RunsOn::kWorkerThread, AnswerStorage},
      {"/api/events", RunsOn::kMainThread, AnswerEvents},
      {"/api/sources", RunsOn::kMainThread, AnswerSources},
      {"/api/status", RunsOn::kMainThread, AnswerStatus},
      {"/api/marks", RunsOn::kWorkerThread, AnswerMarks},
      {"/api/marks/", RunsOn::kWorkerThread, AnswerMarkChange, "PUT"},
      {"/api/marks/", RunsOn::kWorkerThread, AnswerMarkRemoval, "DELETE"},
      {"/api/reviewed/", RunsOn::kWorkerThread, AnswerReviewed, "PUT"},
      {"/api/reviewed/", RunsOn::kWorkerThread, AnswerNotReviewed, "DELETE"},
      {"/api/replay", RunsOn::kWorkerThread, AnswerSaves},
      {"/api/replay", RunsOn::kMainThread, AnswerReplay, "POST"},
      {"/whep/", RunsOn::kMainThread, AnswerWhep, "POST"},
      {"/whep/", RunsOn::kMainThread, AnswerWhepEnd, "DELETE"},
      {"/whep/", RunsOn::kMainThread, AnswerWhepOptions, "OPTIONS"},
      {"/offer", RunsOn::kMainThread, AnswerOffer, "POST"},
      {"/saved/", RunsOn::kWorkerThread, AnswerSaved},
      {"/stream/", RunsOn::kWorkerThread, AnswerStream},
      {"/download/", RunsOn::kWorkerThread, AnswerDownload},
      {"/", RunsOn::kWorkerThread, AnswerWeb},
  });
  return kRoutes;
}

const Route* FindRoute(std::span<const Route> routes, std::string_view method,
                       std::string_view path) {
  const std::string_view place = PlaceOf(routes, path);
  for (const Route& route : routes) {
    if (route.path == place && route.method == (method == "HEAD" ? "GET" : method)) return &route;
  }
  return nullptr;
}

std::string MethodsOf(std::span<const Route> routes, std::string_view path) {
  const std::string_view place = PlaceOf(routes, path);
  std::string methods;
  for (const Route& route : routes) {
    if (route.path != place) continue;
    if (!methods.empty()) methods += ", ";
    methods += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  return methods;
}

}  // namespace isr
