#include "http/reply.hpp"

#include <cerrno>
#include <utility>

#include <fmt/chrono.h>
#include <libsoup/soup.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "glib/json.hpp"

namespace isr {

std::string HttpDate(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::span<const std::pair<const char*, const char*>> CommonHeaders() {
  static constexpr std::pair<const char*, const char*> kHeaders[] = {
      // bookworm's libsoup leaks a descriptor for every connection that the client keeps alive.
      {"Connection", "close"},
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
       "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      // Not "no-referrer": forms would then be sent with "Origin: null".
      {"Referrer-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
  return kHeaders;
}

namespace {

const char* PhraseOf(int status) {
  // RFC 6585; libsoup does not know it.
  if (status == 431) return "Request Header Fields Too Large";
  return soup_status_get_phrase(static_cast<guint>(status));
}

}  // namespace

std::string HeadOf(const Reply& reply) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", reply.status, PhraseOf(reply.status),
                  HttpDate(std::chrono::system_clock::now()));
  const auto add = [&head](const auto& field) {
    head += fmt::format("{}: {}\r\n", field.first, field.second);
  };
  for (const auto& field : CommonHeaders()) add(field);
  for (const auto& field : reply.headers) add(field);
  const bool has_length =
      reply.status != SOUP_STATUS_NOT_MODIFIED && reply.status != SOUP_STATUS_NO_CONTENT;
  if (has_length && !reply.live) {
    const bool is_file = reply.file.source != nullptr;
    add(std::pair("Content-Length", is_file ? reply.file.length : reply.body.size()));
  }
  return head + "\r\n";
}

/// Also false where the file is shorter than it was.
bool FileContent::Read(std::uint64_t offset, std::span<std::uint8_t> data) {
  for (size_t done = 0; done < data.size();) {
    const ssize_t count = ::pread(fd.Get(), data.data() + done, data.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<size_t>(count);
  }
  ApplyPatches(patches, offset, data);
  return true;
}

std::optional<std::uint64_t> FileContent::SendTo(int socket, std::uint64_t offset,
                                                 std::uint64_t length) {
  if (!patches.empty()) return std::nullopt;
  auto position = static_cast<off_t>(offset);
  const auto end = static_cast<off_t>(offset + length);
  while (position < end) {
    const ssize_t count =
        ::sendfile(socket, fd.Get(), &position, static_cast<size_t>(end - position));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count > 0) continue;
    if (position > static_cast<off_t>(offset)) break;  // it is said next time
    return std::nullopt;                               // reading it, or writing, will tell why
  }
  return static_cast<std::uint64_t>(position) - offset;
}

Reply JsonReply(std::string document) {
  Reply reply;
  reply.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  reply.body = std::move(document);
  return reply;
}

Reply ErrorReply(int status, std::string_view code, std::string_view message) {
  JsonWriter json;
  json.BeginObject().Name("error").BeginObject();
  json.Name("code").String(code).Name("message").String(message);
  json.EndObject().EndObject();
  Reply reply = JsonReply(json.Text());
  reply.status = status;
  return reply;
}

Reply NoSuchRecording(const std::string& name) {
  return ErrorReply(404, "no-such-recording", "there is no recording '" + name + "'");
}

}  // namespace isr
