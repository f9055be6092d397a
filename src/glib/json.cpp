#include "glib/json.hpp"

#include <memory>

#include "base/error.hpp"

namespace isr {

JsonWriter& JsonWriter::BeginObject() {
  json_builder_begin_object(builder_);
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  json_builder_end_object(builder_);
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  json_builder_begin_array(builder_);
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  json_builder_end_array(builder_);
  return *this;
}

JsonWriter& JsonWriter::Name(std::string_view name) {
  json_builder_set_member_name(builder_, std::string(name).c_str());
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  g_autofree char* valid = g_utf8_make_valid(value.data(), static_cast<gssize>(value.size()));
  json_builder_add_string_value(builder_, valid);
  return *this;
}

JsonWriter& JsonWriter::Integer(std::int64_t value) {
  json_builder_add_int_value(builder_, value);
  return *this;
}

JsonWriter& JsonWriter::Number(double value) {
  json_builder_add_double_value(builder_, value);
  return *this;
}

JsonWriter& JsonWriter::Boolean(bool value) {
  json_builder_add_boolean_value(builder_, value ? TRUE : FALSE);
  return *this;
}

JsonWriter& JsonWriter::Null() {
  json_builder_add_null_value(builder_);
  return *this;
}

JsonWriter& JsonWriter::Document(std::string_view json) {
  GError* error = nullptr;
  JsonNode* const root = json_from_string(std::string(json).c_str(), &error);
  if (error != nullptr) {
    const std::string why = error->message;
    g_error_free(error);
    throw Error(why);
  }
  json_builder_add_value(builder_, root);
  return *this;
}

std::string JsonWriter::Text(bool pretty) const {
  const std::unique_ptr<JsonNode, void (*)(JsonNode*)> root(json_builder_get_root(builder_),
                                                            json_node_unref);
  g_autofree char* text = json_to_string(root.get(), pretty ? TRUE : FALSE);
  return text;
}

}  // namespace isr
