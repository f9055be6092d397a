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

gboolean RunForFd(gint /*fd*/, GIOCondition /*condition*/, gpointer data) noexcept {
  return Run(data);
}

gboolean RunForStream(GObject* /*stream*/, gpointer data) noexcept {
  return Run(data);
}

/// GLib's way to hand a callback of another type to g_source_set_callback.
template <typename Function>
GSourceFunc AsSourceFunc(Function* function) {
  return reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(function));
}

void Free(gpointer data) noexcept {
  delete static_cast<Closure*>(data);
}

}  // namespace

SourceHandle::SourceHandle(GSource* source, Callback callback, bool once, GSourceFunc run)
    : source_(source) {
  g_source_set_callback(source_, run == nullptr ? Run : run, new Closure{std::move(callback), once},
                        Free);
  // Nobody here runs a loop inside a loop. Else GLib takes the descriptor out of the loop and puts
  // it back for each call, and wakes itself up both times.
  g_source_set_can_recurse(source_, TRUE);
  g_source_attach(source_, nullptr);
}

SourceHandle SourceHandle::After(std::chrono::milliseconds delay, Callback callback) {
  return {g_timeout_source_new(static_cast<guint>(delay.count())), std::move(callback), true};
}

SourceHandle SourceHandle::Every(std::chrono::milliseconds interval, Callback callback) {
  if (interval % std::chrono::seconds(1) == std::chrono::milliseconds(0)) {
    return {g_timeout_source_new_seconds(static_cast<guint>(interval / std::chrono::seconds(1))),
            std::move(callback), false};
  }
  return {g_timeout_source_new(static_cast<guint>(interval.count())), std::move(callback), false};
}

SourceHandle SourceHandle::OnFd(int fd, GIOCondition condition, Callback callback) {
  return {g_unix_fd_source_new(fd, condition), std::move(callback), false, AsSourceFunc(RunForFd)};
}

SourceHandle SourceHandle::OnReadable(GPollableInputStream* stream, Callback callback) {
  return {g_pollable_input_stream_create_source(stream, nullptr), std::move(callback), false,
          AsSourceFunc(RunForStream)};
}

SourceHandle SourceHandle::OnWritable(GPollableOutputStream* stream, Callback callback) {
  return {g_pollable_output_stream_create_source(stream, nullptr), std::move(callback), false,
          AsSourceFunc(RunForStream)};
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
