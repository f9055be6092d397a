#include "config/stream_url.hpp"

#include <algorithm>
#include <utility>

#include <glib.h>

#include "base/text.hpp"

namespace isr {
namespace {

constexpr const char* kSchemeProblem =
    "does not begin with http:// or https://; use an address such as "
    "http://radio.example:8000/live.mp3";
constexpr const char* kEscapeProblem =
    "has a user or password that is not percent-encoded; write '%' as %25, '@' as %40, '#' as %23, "
    "'/' as %2F, or use the keys username and password";

/// False when an escape is broken or stands for a NUL byte.
bool Decode(std::string_view text, std::string& decoded) {
  g_autofree char* plain = g_uri_unescape_segment(text.data(), text.data() + text.size(), nullptr);
  if (plain == nullptr) return false;
  decoded = plain;
  return true;
}

StreamUrl Faulty(std::string problem) {
  return {.problem = std::move(problem)};
}

/// Whether there is a host, and a port that can be one.
bool HasValidHost(const std::string& url) {
  const auto flags = static_cast<GUriFlags>(G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY |
                                            G_URI_FLAGS_ENCODED_FRAGMENT);
  g_autoptr(GUri) uri = g_uri_parse(url.c_str(), flags, nullptr);
  if (uri == nullptr) return false;
  const char* const host = g_uri_get_host(uri);
  return host != nullptr && *host != '\0' && g_uri_get_port(uri) != 0;
}

}  // namespace

StreamUrl SplitStreamUrl(std::string_view text) {
  const std::string lower = LowerCase(text);
  if (!lower.starts_with("http://") && !lower.starts_with("https://")) {
    return Faulty(kSchemeProblem);
  }
  if (text.find_first_of(" \t") != std::string_view::npos) {
    return Faulty("holds white space; write a space in an address as %20");
  }
  const size_t authority = text.find("://") + 3;
  const size_t end = std::min(text.find_first_of("/?#", authority), text.size());
  const size_t at = text.substr(0, end).rfind('@');
  StreamUrl split;
  split.url = text;
  if (at != std::string_view::npos) {
    const std::string_view user = text.substr(authority, at - authority);
    const size_t colon = std::min(user.find(':'), user.size());
    split.url = std::string(text.substr(0, authority)).append(text.substr(at + 1));
    if (!Decode(user.substr(0, colon), split.username) ||
        !Decode(user.substr(std::min(colon + 1, user.size())), split.password)) {
      return Faulty(kEscapeProblem);
    }
  }
  // "http://user:pass#word@host/": all after the '#' is a fragment, so the host would be "user".
  const size_t fragment = split.url.find('#');
  if (fragment != std::string::npos && split.url.find('@', fragment) != std::string::npos) {
    return Faulty(kEscapeProblem);
  }
  if (!HasValidHost(split.url)) {
    return Faulty("is not a valid address; use one such as http://radio.example:8000/live.mp3");
  }
  return split;
}

}  // namespace isr
