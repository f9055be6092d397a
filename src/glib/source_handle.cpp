#include "glib/source_handle.hpp"

#include <utility>

#include <glib-unix.h>

#include "base/guarded.hpp"

namespace isr {
namespace {

struct Closure {
  SourceHandle::Callback callback;
  bool once;
};

gboolean Run(gpointer data) noexcept {
  // A copy: the callback may reset the handle, which frees the closure.
  const Closure closure = *static_cast<Closure*>(data);
  Guarded("timer", closure.callback);
  return closure.once ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

void Free(gpointer data) noexcept {
  delete static_cast<Closure*>(data);
}

}  // namespace

SourceHandle::SourceHandle(GSource* source, Callback callback, bool once) : source_(source) {
  g_source_set_callback(source_, Run, new Closure{std::move(callback), once}, Free);
  g_source_attach(source_, nullptr);
}

SourceHandle SourceHandle::After(std::chrono::milliseconds delay, Callback callback) {
  return {g_timeout_source_new(static_cast<guint>(delay.count())), std::move(callback), true};
}

SourceHandle SourceHandle::Every(std::chrono::milliseconds interval, Callback callback) {
  return {g_timeout_source_new(static_cast<guint>(interval.count())), std::move(callback), false};
}

SourceHandle SourceHandle::OnSignal(int number, Callback callback) {
  return {g_unix_signal_source_new(number), std::move(callback), false};
}

SourceHandle& SourceHandle::operator=(SourceHandle&& other) noexcept {
  if (this != &other) {
    Reset();
    source_ = std::exchange(other.source_, nullptr);
  }
  return *this;
}

void SourceHandle::Reset() {
  if (source_ == nullptr) return;
  g_source_destroy(source_);
  g_source_unref(std::exchange(source_, nullptr));
}

}  // namespace isr
