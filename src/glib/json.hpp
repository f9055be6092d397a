#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <json-glib/json-glib.h>

namespace isr {

/// Writes one JSON document from front to back over json-glib. Strings that are not valid UTF-8 are
/// made valid (a stranger's file name may hold anything).
class JsonWriter {
 public:
  JsonWriter() : builder_(json_builder_new()) {}
  ~JsonWriter() { g_object_unref(builder_); }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  /// The name of the next value, array or object.
  JsonWriter& Name(std::string_view name);

  JsonWriter& String(std::string_view value);
  JsonWriter& Integer(std::int64_t value);
  JsonWriter& Number(double value);
  JsonWriter& Boolean(bool value);
  JsonWriter& Null();
  /// A whole document as a value. Throws Error when it is not JSON.
  JsonWriter& Document(std::string_view json);

  /// The finished document. `pretty`: indented, for people.
  std::string Text(bool pretty = false) const;

 private:
  JsonBuilder* builder_;
};

}  // namespace isr
