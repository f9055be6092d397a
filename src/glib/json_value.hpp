#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <json-glib/json-glib.h>

namespace isr {

/// A value of a JSON document that somebody else wrote. What is not there, or is of another type,
/// reads as nothing: null, an empty string, 0, false, no items.
class JsonValue {
 public:
  JsonValue() = default;

  /// Takes strangers' text: refuses what is not UTF-8 and what could nest too deep to be
  /// read. Throws Error.
  static JsonValue Parse(std::string_view text);

  bool IsNull() const;
  bool IsObject() const;
  bool IsString() const;
  bool IsArray() const;
  bool IsNumber() const;
  bool IsBoolean() const;
  bool IsInteger() const;

  /// A member of an object.
  JsonValue operator[](const char* name) const;
  /// Of an object's members, in their order.
  std::vector<std::string> Names() const;
  /// Of an array.
  std::vector<JsonValue> Items() const;
  /// The strings among the items.
  std::vector<std::string> Strings() const;

  std::string String() const;
  std::int64_t Integer() const;
  double Number() const;
  bool Boolean() const;

  /// As a document. `pretty`: indented, for people.
  std::string Text(bool pretty = false) const;

 private:
  explicit JsonValue(std::shared_ptr<JsonNode> node) : node_(std::move(node)) {}
  static JsonValue Share(JsonNode* node);
  bool Holds(GType type) const;

  std::shared_ptr<JsonNode> node_;  // shared: JsonNode counts its references itself
};

}  // namespace isr
