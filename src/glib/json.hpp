#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace isr {

/// Writes one JSON document (RFC 8259) from front to back, without white space and without keeping
/// more of it than its text. Strings that are not valid UTF-8 are made valid (a stranger's file
/// name may hold anything).
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  /// The name of the next value, array or object.
  JsonWriter& Name(std::string_view name);

  JsonWriter& String(std::string_view value);
  JsonWriter& Integer(std::int64_t value);
  /// The shortest text that is this number; null for what is none (infinite, NaN).
  JsonWriter& Number(double value);
  JsonWriter& Boolean(bool value);
  JsonWriter& Null();
  /// A whole document as a value; one that another JsonWriter wrote.
  JsonWriter& Document(std::string_view json);

  /// What is written so far: the document, when all is ended that was begun.
  const std::string& Text() const { return text_; }

 private:
  JsonWriter& Begin(char bracket);
  JsonWriter& End(char bracket);
  JsonWriter& Value(std::string_view text);
  /// The comma between a value and the one before it.
  void Separate();
  void Quote(std::string_view text);

  std::string text_;
};

}  // namespace isr
