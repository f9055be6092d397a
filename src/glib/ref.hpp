#pragma once

#include <utility>

#include <gst/gst.h>

namespace isr {

/// How a Ref takes and gives up one reference of a T. Specialised per family of types.
template <typename T>
struct RefTraits {  // GObject and what derives from it
  static void Share(T* object) { g_object_ref(object); }
  static void Drop(T* object) { g_object_unref(object); }
};

template <typename T>
struct GstObjectTraits {
  static void Share(T* object) { gst_object_ref(object); }
  static void Drop(T* object) { gst_object_unref(object); }
};
template <>
struct RefTraits<GstElement> : GstObjectTraits<GstElement> {};
template <>
struct RefTraits<GstPad> : GstObjectTraits<GstPad> {};
template <>
struct RefTraits<GstBus> : GstObjectTraits<GstBus> {};
template <>
struct RefTraits<GstObject> : GstObjectTraits<GstObject> {};

template <typename T>
struct MiniObjectTraits {
  static void Share(T* object) { gst_mini_object_ref(GST_MINI_OBJECT_CAST(object)); }
  static void Drop(T* object) { gst_mini_object_unref(GST_MINI_OBJECT_CAST(object)); }
};
template <>
struct RefTraits<GstMessage> : MiniObjectTraits<GstMessage> {};
template <>
struct RefTraits<GstBuffer> : MiniObjectTraits<GstBuffer> {};
template <>
struct RefTraits<GstCaps> : MiniObjectTraits<GstCaps> {};
template <>
struct RefTraits<GstSample> : MiniObjectTraits<GstSample> {};
template <>
struct RefTraits<GstEvent> : MiniObjectTraits<GstEvent> {};

/// Has one owner: sharing copies.
template <>
struct RefTraits<GstStructure> {
  static void Drop(GstStructure* structure) { gst_structure_free(structure); }
};

template <>
struct RefTraits<GBytes> {
  static void Share(GBytes* bytes) { g_bytes_ref(bytes); }
  static void Drop(GBytes* bytes) { g_bytes_unref(bytes); }
};

/// Owns one reference. Two doors only: Adopt for (transfer full), Share for (transfer none).
template <typename T>
class Ref {
 public:
  Ref() = default;
  static Ref Adopt(T* object) { return Ref(object); }
  static Ref Share(T* object) {
    if (object != nullptr) RefTraits<T>::Share(object);
    return Ref(object);
  }

  Ref(const Ref& other) : Ref(Share(other.object_)) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) RefTraits<T>::Drop(object_);
  }

  T* Get() const { return object_; }
  /// Hands the reference to a (transfer full) parameter.
  T* Release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Ref(T* object) : object_(object) {}
  T* object_ = nullptr;
};

}  // namespace isr
