#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.hpp"

namespace isr {

/// A file as it is sent.
struct FileContent {
  Fd fd;
  std::string head;  ///< stands in place of the file's first bytes; may be empty
};

/// The part of a file that is a reply's body.
struct FileBody {
  std::shared_ptr<const FileContent> content;  // shared: a read under way outlives its client
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// What a resource answers. The same for GET and HEAD: the server leaves the body out.
struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  FileBody file;  ///< instead of `body`, when it has content
};

Reply JsonReply(std::string document);

/// {"error": {"code", "message"}}: a word for programs and a sentence for people.
Reply ErrorReply(int status, std::string_view code, std::string_view message);

}  // namespace isr
