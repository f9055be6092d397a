#pragma once

#include <utility>

#include <glib-object.h>

namespace isr {

/// A GObject signal handler that goes with its owner. Declare it last, so that it goes first.
/// Keeps the instance alive. Disconnecting does not wait for a handler that runs in another
/// thread: such a handler must own what it uses.
class SignalConnection {
 public:
  SignalConnection() = default;
  SignalConnection(gpointer instance, const char* signal, GCallback handler, gpointer data)
      : instance_(g_object_ref(instance)), id_(g_signal_connect(instance, signal, handler, data)) {}
  SignalConnection(SignalConnection&& other) noexcept
      : instance_(std::exchange(other.instance_, nullptr)), id_(std::exchange(other.id_, 0)) {}
  SignalConnection& operator=(SignalConnection&& other) noexcept {
    std::swap(instance_, other.instance_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~SignalConnection() {
    if (instance_ == nullptr) return;
    g_signal_handler_disconnect(instance_, id_);
    g_object_unref(instance_);
  }

 private:
  gpointer instance_ = nullptr;
  gulong id_ = 0;
};

}  // namespace isr
