#include <string>
#include <utility>

#include "base/fd.hpp"
#include "catalogue/audio_files.hpp"
#include "http/file_reply.hpp"
#include "http/media_type.hpp"
#include "http/resources.hpp"

namespace isr {

Reply AnswerWeb(const Request& request, const HttpServices& services) {
  const std::string name = request.tail.empty() ? "index.html" : request.tail;
  const std::string_view type = MediaTypeOf(ExtensionOf(name));
  const bool is_plain = name.find('\0') == std::string::npos && !name.starts_with('.') &&
                        name.find("/.") == std::string::npos;
  Fd fd;
  if (is_plain && !type.empty()) fd = OpenBeneath(OpenDirectory(services.web_directory), name);
  if (!fd.IsOpen()) {
    return ErrorReply(404, "not-found", "there is nothing at '" + request.path + "'");
  }
  Reply reply = FileReply(request, DescribeFile(std::move(fd)));
  if (reply.status < 300) reply.headers.emplace_back("Content-Type", type);
  return reply;
}

}  // namespace isr
