#pragma once

#include <gst/audio/audio.h>

#include "format/frame_tap.hpp"

namespace isr {

/// Hears a source as it is recorded, whether it gives PCM or coded frames. Called in the streaming
/// thread: must not wait.
class AudioTap : public FrameTap {
 public:
  /// Whether anybody listens: else PCM need not be given.
  virtual bool IsWanted() const = 0;
  /// Whole frames, interleaved.
  virtual void OnPcm(const GstAudioInfo& info, ByteView bytes) = 0;
};

}  // namespace isr
