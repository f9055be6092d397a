#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include <gio/gio.h>

namespace isr {

/// Owns a GLib source of the default main context: gone with the handle. Main thread only.
class SourceHandle {
 public:
  using Callback = std::function<void()>;

  SourceHandle() = default;
  /// Runs `callback` once, after `delay`.
  static SourceHandle After(std::chrono::milliseconds delay, Callback callback);
  /// Runs `callback` every `interval`; one of whole seconds together with others, to wake up
  /// seldom.
  static SourceHandle Every(std::chrono::milliseconds interval, Callback callback);
  /// Runs `callback` whenever `fd` is ready in the sense of `condition`. The fd stays the caller's
  /// and outlives the handle.
  static SourceHandle OnFd(int fd, GIOCondition condition, Callback callback);
  /// Runs `callback` whenever `stream` has bytes or has ended. It outlives the handle.
  static SourceHandle OnReadable(GPollableInputStream* stream, Callback callback);
  /// Runs `callback` whenever `stream` takes bytes or is broken. It outlives the handle.
  static SourceHandle OnWritable(GPollableOutputStream* stream, Callback callback);
  /// Runs `callback` in the main loop for each UNIX signal `number`.
  static SourceHandle OnSignal(int number, Callback callback);

  SourceHandle(SourceHandle&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
  SourceHandle& operator=(SourceHandle&& other) noexcept;
  ~SourceHandle() { Reset(); }

  void Reset();
  bool IsActive() const { return source_ != nullptr && !g_source_is_destroyed(source_); }

 private:
  SourceHandle(GSource* source, Callback callback, bool once, GSourceFunc run = nullptr);
  GSource* source_ = nullptr;
};

}  // namespace isr
