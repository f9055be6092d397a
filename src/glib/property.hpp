#pragma once

#include <string>
#include <type_traits>

#include <glib-object.h>

#include "base/error.hpp"

namespace isr {

/// Sets a property after checking that it exists and holds exactly a T: an int given for a guint64
/// property through g_object_set is memory corruption. Throws Error.
template <typename T>
void SetProperty(gpointer object, const char* name, const T& value);

/// For enum and flags properties: the value by its nick, as gst-launch takes it. Throws Error.
void SetEnumProperty(gpointer object, const char* name, const char* nick);

/// Reads a property of exactly type T. Throws Error.
template <typename T>
T GetProperty(gpointer object, const char* name);

namespace detail {

GParamSpec* FindProperty(gpointer object, const char* name, GType type);

template <typename T>
struct ValueOf;

#define ISR_VALUE_OF(T, TYPE, SUFFIX)                                              \
  template <>                                                                      \
  struct ValueOf<T> {                                                              \
    static GType Type() { return TYPE; }                                           \
    static void Set(GValue* v, const T& value) { g_value_set_##SUFFIX(v, value); } \
    static T Get(const GValue* v) { return g_value_get_##SUFFIX(v); }              \
  }
ISR_VALUE_OF(bool, G_TYPE_BOOLEAN, boolean);
ISR_VALUE_OF(gint, G_TYPE_INT, int);
ISR_VALUE_OF(guint, G_TYPE_UINT, uint);
ISR_VALUE_OF(gint64, G_TYPE_INT64, int64);
ISR_VALUE_OF(guint64, G_TYPE_UINT64, uint64);
ISR_VALUE_OF(gdouble, G_TYPE_DOUBLE, double);
ISR_VALUE_OF(gpointer, G_TYPE_POINTER, pointer);
#undef ISR_VALUE_OF

template <>
struct ValueOf<std::string> {
  static GType Type() { return G_TYPE_STRING; }
  static void Set(GValue* v, const std::string& value) { g_value_set_string(v, value.c_str()); }
  static std::string Get(const GValue* v) {
    const char* text = g_value_get_string(v);
    return text == nullptr ? "" : text;
  }
};

}  // namespace detail

template <typename T>
void SetProperty(gpointer object, const char* name, const T& value) {
  detail::FindProperty(object, name, detail::ValueOf<T>::Type());
  GValue boxed = G_VALUE_INIT;
  g_value_init(&boxed, detail::ValueOf<T>::Type());
  detail::ValueOf<T>::Set(&boxed, value);
  g_object_set_property(G_OBJECT(object), name, &boxed);
  g_value_unset(&boxed);
}

template <typename T>
T GetProperty(gpointer object, const char* name) {
  detail::FindProperty(object, name, detail::ValueOf<T>::Type());
  GValue boxed = G_VALUE_INIT;
  g_value_init(&boxed, detail::ValueOf<T>::Type());
  g_object_get_property(G_OBJECT(object), name, &boxed);
  T value = detail::ValueOf<T>::Get(&boxed);
  g_value_unset(&boxed);
  return value;
}

/// For properties that hold another GObject (splitmuxsink's `muxer`). Throws Error.
void SetObjectProperty(gpointer object, const char* name, gpointer value);

}  // namespace isr
