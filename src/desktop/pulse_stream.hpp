#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <pulse/pulseaudio.h>

#include "desktop/capture.hpp"

namespace isr {

/// One record stream of a PulseAudio server. All in the main loop's thread.
class PulseStream {
 public:
  struct Source {
    std::string name;                        ///< of the server's source
    std::uint32_t input = PA_INVALID_INDEX;  ///< only what this sink input plays, where it is one
  };
  struct Client {
    std::function<void(std::span<const std::byte>)> on_frames;
    std::function<void(bool was_running)> on_end;  ///< the server took it away; may destroy it
  };

  PulseStream(pa_context* context, const Source& source, const CaptureFormat& format,
              Client client);
  ~PulseStream();
  PulseStream(const PulseStream&) = delete;
  PulseStream& operator=(const PulseStream&) = delete;

 private:
  void Read();
  void OnState();

  Client client_;
  std::vector<std::byte> silence_;  ///< for holes
  pa_stream* stream_ = nullptr;
  bool is_running_ = false;
};

}  // namespace isr
