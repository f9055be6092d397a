#include "glib/json_value.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "base/error.hpp"

namespace isr {
namespace {

/// json-glib's parser recurses once for each bracket that is open, without a limit of its own. The
/// brackets in all are an upper bound of that, however the text may be quoted.
constexpr std::ptrdiff_t kMaxBrackets = 4096;

}  // namespace

JsonValue JsonValue::Parse(std::string_view text) {
  if (g_utf8_validate_len(text.data(), text.size(), nullptr) == FALSE) throw Error("not UTF-8");
  const auto is_bracket = [](char c) { return c == '[' || c == '{'; };
  if (std::count_if(text.begin(), text.end(), is_bracket) > kMaxBrackets) {
    throw Error(fmt::format("more than {} brackets", kMaxBrackets));
  }
  GError* error = nullptr;
  JsonNode* const root = json_from_string(std::string(text).c_str(), &error);
  if (error != nullptr) {
    const std::string why = error->message;
    g_error_free(error);
    throw Error(why);
  }
  if (root == nullptr) throw Error("no JSON");
  return JsonValue({root, json_node_unref});
}

JsonValue JsonValue::Share(JsonNode* node) {
  if (node == nullptr) return {};
  return JsonValue({json_node_ref(node), json_node_unref});
}

bool JsonValue::Holds(GType type) const {
  return node_ != nullptr && JSON_NODE_HOLDS_VALUE(node_.get()) &&
         json_node_get_value_type(node_.get()) == type;
}

bool JsonValue::IsNull() const {
  return node_ == nullptr || JSON_NODE_HOLDS_NULL(node_.get());
}

bool JsonValue::IsObject() const {
  return node_ != nullptr && JSON_NODE_HOLDS_OBJECT(node_.get());
}

bool JsonValue::IsString() const {
  return Holds(G_TYPE_STRING);
}

bool JsonValue::IsArray() const {
  return node_ != nullptr && JSON_NODE_HOLDS_ARRAY(node_.get());
}

bool JsonValue::IsNumber() const {
  return Holds(G_TYPE_INT64) || Holds(G_TYPE_DOUBLE);
}

bool JsonValue::IsBoolean() const {
  return Holds(G_TYPE_BOOLEAN);
}

bool JsonValue::IsInteger() const {
  return Holds(G_TYPE_INT64);
}

std::vector<std::string> JsonValue::Names() const {
  std::vector<std::string> names;
  if (!IsObject()) return names;
  GList* const members = json_object_get_members(json_node_get_object(node_.get()));
  for (const GList* one = members; one != nullptr; one = one->next) {
    names.emplace_back(static_cast<const char*>(one->data));
  }
  g_list_free(members);
  return names;
}

JsonValue JsonValue::operator[](const char* name) const {
  if (!IsObject()) return {};
  return Share(json_object_get_member(json_node_get_object(node_.get()), name));
}

std::vector<JsonValue> JsonValue::Items() const {
  std::vector<JsonValue> items;
  if (!IsArray()) return items;
  JsonArray* const array = json_node_get_array(node_.get());
  for (guint i = 0; i < json_array_get_length(array); ++i) {
    items.push_back(Share(json_array_get_element(array, i)));
  }
  return items;
}

std::vector<std::string> JsonValue::Strings() const {
  std::vector<std::string> strings;
  for (const JsonValue& item : Items()) {
    if (item.IsString()) strings.push_back(item.String());
  }
  return strings;
}

std::string JsonValue::String() const {
  return IsString() ? json_node_get_string(node_.get()) : "";
}

std::int64_t JsonValue::Integer() const {
  return Holds(G_TYPE_INT64) ? json_node_get_int(node_.get()) : 0;
}

double JsonValue::Number() const {
  if (Holds(G_TYPE_INT64)) return static_cast<double>(json_node_get_int(node_.get()));
  return Holds(G_TYPE_DOUBLE) ? json_node_get_double(node_.get()) : 0.0;
}

bool JsonValue::Boolean() const {
  return Holds(G_TYPE_BOOLEAN) && json_node_get_boolean(node_.get()) != FALSE;
}

std::string JsonValue::Text(bool pretty) const {
  if (node_ == nullptr) return "null";
  g_autofree char* text = json_to_string(node_.get(), pretty ? TRUE : FALSE);
  return text;
}

}  // namespace isr
