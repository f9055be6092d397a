#include "http/file_reply.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <libsoup/soup.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/byte_range.hpp"

namespace isr {
namespace {

/// Whether a list of entity tags holds `etag`, or everything. Weak ones match as well: for
/// If-None-Match the comparison is the weak one.
bool ListHolds(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    std::string_view item = Trim(list.substr(0, list.find(',')));
    list.remove_prefix(std::min(
        list.size(), list.find(',') == std::string_view::npos ? list.size() : list.find(',') + 1));
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == "*" || item == etag) return true;
  }
  return false;
}

/// Of a date in a header field, in seconds since 1970; what is none is before all others.
std::int64_t TimeOf(const std::string& date) {
  GDateTime* const time = soup_date_time_new_from_http_string(date.c_str());
  if (time == nullptr) return INT64_MIN;
  const std::int64_t seconds = g_date_time_to_unix(time);
  g_date_time_unref(time);
  return seconds;
}

bool IsUnchanged(const Request& request, const ServedFile& file) {
  if (file.etag.empty()) return false;
  if (!request.if_none_match.empty()) return ListHolds(request.if_none_match, file.etag);
  return TimeOf(file.last_modified) <= TimeOf(request.if_modified_since);
}

/// A range of an earlier version must not be continued with bytes of this one.
bool RangeIsWanted(const Request& request, const ServedFile& file) {
  if (request.if_range.empty()) return true;
  return !file.etag.empty() &&
         (request.if_range == file.etag || request.if_range == file.last_modified);
}

}  // namespace

ServedFile DescribeFile(Fd fd) {
  struct stat facts {};
  if (::fstat(fd.Get(), &facts) != 0) throw SystemError("cannot look at a file", errno);
  ServedFile file;
  file.content.fd = std::move(fd);
  file.size = static_cast<std::uint64_t>(facts.st_size);
  file.etag = fmt::format("\"{:x}-{:x}-{:x}.{:x}\"", facts.st_ino, facts.st_size,
                          facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
  file.last_modified = HttpDate(std::chrono::system_clock::from_time_t(facts.st_mtim.tv_sec));
  return file;
}

Reply FileReply(const Request& request, ServedFile file) {
  Reply reply;
  reply.headers.emplace_back("Accept-Ranges", "bytes");
  if (!file.etag.empty()) {
    reply.headers.emplace_back("ETag", file.etag);
    reply.headers.emplace_back("Last-Modified", file.last_modified);
  }
  reply.headers.emplace_back("Cache-Control", file.etag.empty() ? "no-store" : "no-cache");
  if (IsUnchanged(request, file)) {
    reply.status = 304;
    return reply;
  }
  const ByteRange range =
      ResolveRange(RangeIsWanted(request, file) ? request.range : std::string(), file.size);
  if (range.kind == ByteRange::Kind::kUnsatisfiable) {
    Reply error = ErrorReply(416, "range", fmt::format("the file has {} bytes", file.size));
    error.headers.emplace_back("Content-Range", fmt::format("bytes */{}", file.size));
    return error;
  }
  if (range.kind == ByteRange::Kind::kPart) {
    reply.status = 206;
    reply.headers.emplace_back(
        "Content-Range",
        fmt::format("bytes {}-{}/{}", range.offset, range.offset + range.length - 1, file.size));
  }
  reply.file.source = std::make_shared<FileContent>(std::move(file.content));
  reply.file.offset = range.offset;
  reply.file.length = range.length;
  return reply;
}

}  // namespace isr
