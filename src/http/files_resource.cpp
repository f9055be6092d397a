#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catalogue/reader.hpp"
#include "http/file_document.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"
#include "http/time_text.hpp"
#include "http/url_text.hpp"

namespace isr {
namespace {

using Query = std::map<std::string, std::string>;

UtcTime TimeParameter(const std::string& name, const std::string& text) {
  if (const auto time = ParseTime(text)) return *time;
  throw BadParameter{fmt::format(
      "'{}' must be a time like 2026-11-21T14:00:00 or UNIX seconds, not '{}'", name, text)};
}

/// Where a page of the list ended: "<start in microseconds>/<name>".
std::string CursorText(const Segment& last) {
  return fmt::format("{}/{}", last.start.time_since_epoch().count(), last.name);
}

SegmentCursor ParseCursor(const std::string& text) {
  const size_t slash = text.find('/');
  const auto start = ParseInteger(std::string_view(text).substr(0, slash));
  if (slash == std::string::npos || !start) {
    throw BadParameter{"'after' must come from the Link header of the page before"};
  }
  return {UtcTime(std::chrono::microseconds(*start)), text.substr(slash + 1)};
}

std::int64_t ParseLimit(const std::string& text) {
  const auto limit = ParseInteger(text);
  if (!limit || *limit < 1 || *limit > 1000000) {
    throw BadParameter{fmt::format("'limit' must be a number from 1 to 1000000, not '{}'", text)};
  }
  return *limit;
}

SegmentFilter ParseFilter(const Query& query) {
  const Parameters parameters(query,
                              {"from", "to", "day", "source", "q", "starred", "limit", "after"});
  SegmentFilter filter;
  for (const auto& [name, value] : query) {
    if (name == "from") {
      filter.from = TimeParameter(name, value);
    } else if (name == "to") {
      filter.to = TimeParameter(name, value);
    } else if (name == "day") {
      filter.day = parameters.Day(name);
    } else if (name == "source") {
      filter.source = value;
    } else if (name == "q") {
      filter.text = value;
    } else if (name == "starred") {
      filter.starred = parameters.Number(name, 0, 1) != 0;
    } else if (name == "limit") {
      filter.limit = ParseLimit(value);
    } else if (name == "after") {
      filter.after = ParseCursor(value);
    }
  }
  return filter;
}

/// A growing file's row is some seconds old; its source knows better.
void BringUpToDate(Segment& segment, const Request& request, const HttpServices& services) {
  if (!segment.growing) return;
  for (const SourceStatus& source : request.sources) {
    if (source.file == segment.name) segment.frames = source.frames;
  }
  std::error_code error;  // gone since: the row says what was
  const auto size =
      std::filesystem::file_size(services.roots.ForName(segment.name).PathOf(segment.name), error);
  if (!error) segment.bytes = static_cast<std::int64_t>(size);
}

/// Each recording is a document of its own, so that a hundred thousand of them never stand in
/// memory as one tree.
std::string ListOf(const std::vector<Segment>& segments, CatalogueReader& catalogue,
                   const std::string& text) {
  std::string list = "[";
  for (const Segment& segment : segments) {
    if (list.size() > 1) list += ",\n";
    FileRemarks remarks{.marks = catalogue.SummarizeMarks(segment.name)};
    if (!text.empty()) remarks.title = catalogue.FindTitle(segment.name, text);
    list += FileDocument(segment, remarks);
  }
  return list + "]";
}

}  // namespace

Reply AnswerFiles(const Request& request, const HttpServices& services) {
  SegmentFilter filter = ParseFilter(request.query);
  const auto limit = static_cast<size_t>(filter.limit);
  if (filter.limit > 0) ++filter.limit;  // one more tells whether there is a next page
  CatalogueReader catalogue(services.catalogue.DatabasePath());
  auto segments = catalogue.ListSegments(filter);
  const bool has_more = limit > 0 && segments.size() > limit;
  if (has_more) segments.resize(limit);
  for (Segment& segment : segments) BringUpToDate(segment, request, services);

  Reply reply = JsonReply(ListOf(segments, catalogue, filter.text));
  if (has_more) {
    Query next = request.query;
    next["after"] = CursorText(segments.back());
    reply.headers.emplace_back("Link",
                               fmt::format("</api/files?{}>; rel=\"next\"", EncodeQuery(next)));
  }
  return reply;
}

}  // namespace isr
