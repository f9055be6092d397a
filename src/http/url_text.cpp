#include "http/url_text.hpp"

#include <algorithm>
#include <utility>

#include <glib.h>

namespace isr {
namespace {

enum class Plus { kPlus, kSpace };

std::optional<std::string> Decode(std::string_view text, Plus plus) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kSpace) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = g_ascii_xdigit_value(text[i + 1]);
      const int low = g_ascii_xdigit_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

std::string Encode(const std::string& text) {
  g_autofree char* encoded = g_uri_escape_string(text.c_str(), nullptr, FALSE);
  return encoded;
}

}  // namespace

std::optional<std::string> DecodePath(std::string_view text) {
  return Decode(text, Plus::kPlus);
}

std::optional<std::map<std::string, std::string>> DecodeQuery(std::string_view text) {
  std::map<std::string, std::string> parameters;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    auto name = Decode(pair.substr(0, equals), Plus::kSpace);
    auto value =
        Decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), Plus::kSpace);
    if (!name || !value) return std::nullopt;
    parameters.insert_or_assign(std::move(*name), std::move(*value));
  }
  return parameters;
}

std::string EncodeQuery(const std::map<std::string, std::string>& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text += '&';
    text += Encode(name) + '=' + Encode(value);
  }
  return text;
}

}  // namespace isr
