#include "glib/json.hpp"

#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <glib.h>

namespace isr {

JsonWriter& JsonWriter::BeginObject() {
  return Begin('{');
}

JsonWriter& JsonWriter::EndObject() {
  return End('}');
}

JsonWriter& JsonWriter::BeginArray() {
  return Begin('[');
}

JsonWriter& JsonWriter::EndArray() {
  return End(']');
}

JsonWriter& JsonWriter::Name(std::string_view name) {
  Separate();
  Quote(name);
  text_ += ':';
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  Separate();
  if (g_utf8_validate_len(value.data(), value.size(), nullptr)) {
    Quote(value);
  } else {
    g_autofree char* valid = g_utf8_make_valid(value.data(), static_cast<gssize>(value.size()));
    Quote(valid);
  }
  return *this;
}

JsonWriter& JsonWriter::Integer(std::int64_t value) {
  return Value(fmt::format_int(value).c_str());
}

JsonWriter& JsonWriter::Number(double value) {
  if (!std::isfinite(value)) return Null();
  Separate();
  fmt::format_to(std::back_inserter(text_), "{}", value);
  return *this;
}

JsonWriter& JsonWriter::Boolean(bool value) {
  return Value(value ? "true" : "false");
}

JsonWriter& JsonWriter::Null() {
  return Value("null");
}

JsonWriter& JsonWriter::Document(std::string_view json) {
  return Value(json);
}

JsonWriter& JsonWriter::Begin(char bracket) {
  Separate();
  text_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::End(char bracket) {
  text_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::Value(std::string_view text) {
  Separate();
  text_ += text;
  return *this;
}

void JsonWriter::Separate() {
  constexpr std::string_view kNothingBefore = "{[:";
  if (!text_.empty() && kNothingBefore.find(text_.back()) == std::string_view::npos) text_ += ',';
}

void JsonWriter::Quote(std::string_view text) {
  constexpr unsigned char kFirstPrintable = 0x20;
  text_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (static_cast<unsigned char>(c) < kFirstPrintable) {
      fmt::format_to(std::back_inserter(text_), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      text_ += c;
    }
  }
  text_ += '"';
}

}  // namespace isr
