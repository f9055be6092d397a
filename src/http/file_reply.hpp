#pragma once

#include <cstdint>
#include <string>

#include "base/fd.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace isr {

/// A file to be sent, and what a client may remember of it.
struct ServedFile {
  FileContent content;
  std::uint64_t size = 0;     ///< bytes to send; the file may be longer
  std::string etag;           ///< empty with a file that still changes
  std::string last_modified;  ///< empty likewise
};

/// An open file as it is now, with ETag and Last-Modified. Throws Error.
ServedFile DescribeFile(Fd fd);

/// The reply to `request` for `file`: 200, 206, 304 or 416, by the conditions and the range that it
/// asks for (RFC 9110 §13, §14). The caller adds Content-Type and what else it knows.
Reply FileReply(const Request& request, ServedFile file);

}  // namespace isr
