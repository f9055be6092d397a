#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include <pipewire/pipewire.h>

#include "desktop/capture.hpp"

namespace isr {

/// One capture stream of a PipeWire server. Made and destroyed under the loop's lock.
class PipewireStream {
 public:
  struct Source {
    std::string target;    ///< serial of a node; empty: the default one
    bool is_sink = false;  ///< what it plays is wanted
  };
  /// Called in PipeWire's data thread.
  using OnFrames = std::function<void(std::span<const std::byte>)>;

  PipewireStream(pw_core* core, const Source& source, const CaptureFormat& format,
                 OnFrames on_frames);
  ~PipewireStream();
  PipewireStream(const PipewireStream&) = delete;
  PipewireStream& operator=(const PipewireStream&) = delete;

 private:
  void Read();
  static void OnProcess(void* self);
  static const pw_stream_events kEvents;

  const OnFrames on_frames_;
  const std::size_t frame_size_;
  pw_stream* stream_ = nullptr;
  spa_hook listener_{};
};

}  // namespace isr
