#pragma once

#include <map>
#include <mutex>

#include <gst/app/gstappsrc.h>

#include "glib/ref.hpp"

namespace isr {

/// Gives what one encoder makes to all who listen. Thread-safe; waits for none of them.
class FanOut {
 public:
  /// `appsrc`: leaky; shared.
  void Add(guint32 listener, Ref<GstElement> appsrc) {
    const std::lock_guard lock(mutex_);
    listeners_[listener] = std::move(appsrc);
  }
  /// False: none is left.
  bool Remove(guint32 listener) {
    const std::lock_guard lock(mutex_);
    listeners_.erase(listener);
    return !listeners_.empty();
  }
  void Push(GstBuffer* buffer) {
    const std::lock_guard lock(mutex_);
    for (const auto& [listener, appsrc] : listeners_) {
      gst_app_src_push_buffer(GST_APP_SRC(appsrc.Get()), gst_buffer_ref(buffer));
    }
  }

 private:
  std::mutex mutex_;
  std::map<guint32, Ref<GstElement>> listeners_;  // protected by mutex_
};

}  // namespace isr
