#include "glib/property.hpp"

#include <fmt/format.h>

namespace isr {
namespace detail {

GParamSpec* FindProperty(gpointer object, const char* name, GType type) {
  GParamSpec* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(object), name);
  if (spec == nullptr) {
    throw Error(fmt::format("{} has no property '{}'", G_OBJECT_TYPE_NAME(object), name));
  }
  if (!g_type_is_a(G_PARAM_SPEC_VALUE_TYPE(spec), type)) {
    throw Error(fmt::format("property '{}' of {} holds a {}, not a {}", name,
                            G_OBJECT_TYPE_NAME(object), g_type_name(G_PARAM_SPEC_VALUE_TYPE(spec)),
                            g_type_name(type)));
  }
  return spec;
}

}  // namespace detail

void SetEnumProperty(gpointer object, const char* name, const char* nick) {
  GParamSpec* const spec = detail::FindProperty(object, name, G_TYPE_ENUM);
  auto* const values = static_cast<GEnumClass*>(g_type_class_ref(G_PARAM_SPEC_VALUE_TYPE(spec)));
  const GEnumValue* const value = g_enum_get_value_by_nick(values, nick);
  if (value != nullptr) g_object_set(object, name, value->value, nullptr);
  g_type_class_unref(values);
  if (value == nullptr) {
    throw Error(fmt::format("property '{}' of {} has no value '{}'", name,
                            G_OBJECT_TYPE_NAME(object), nick));
  }
}

void SetObjectProperty(gpointer object, const char* name, gpointer value) {
  detail::FindProperty(object, name, G_TYPE_OBJECT);
  g_object_set(object, name, value, nullptr);
}

}  // namespace isr
