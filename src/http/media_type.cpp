#include "http/media_type.hpp"

#include <array>
#include <utility>

#include <glib.h>

namespace isr {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kTypes{{
    {"wav", "audio/wav"},
    {"flac", "audio/flac"},
    {"mp3", "audio/mpeg"},
    {"ogg", "audio/ogg"},
    {"oga", "audio/ogg"},
    {"opus", "audio/ogg"},
    {"aac", "audio/aac"},
    {"m4a", "audio/mp4"},
    {"html", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"txt", "text/plain; charset=utf-8"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"ico", "image/x-icon"},
}};

}  // namespace

std::string_view MediaTypeOf(std::string_view extension) {
  for (const auto& [known, type] : kTypes) {
    if (known == extension) return type;
  }
  return {};
}

std::string AttachmentDisposition(std::string_view name) {
  const std::string file(name.substr(name.rfind('/') + 1));
  std::string plain;
  for (const char c : file) {
    const bool is_safe = c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '%';
    plain += is_safe ? c : '_';
  }
  std::string disposition = "attachment; filename=\"" + plain + '"';
  if (plain == file) return disposition;
  // Of the characters that RFC 8187 allows unescaped, the unreserved ones are enough.
  g_autofree char* escaped = g_uri_escape_string(file.c_str(), nullptr, FALSE);
  return disposition + "; filename*=UTF-8''" + escaped;
}

}  // namespace isr
