#pragma once

#include <cstdint>
#include <span>

#include "format/bytes.hpp"
#include "format/frame.hpp"
#include "format/pcm_layout.hpp"

namespace isr {

/// One coded frame or Ogg packet among others.
struct FrameEntry {
  std::uint32_t bytes = 0;
  std::uint32_t samples = 0;  ///< sample frames that it lasts
};

/// Hears a source as it is recorded: its coded frames, or its PCM. Called in the streaming thread:
/// must not wait.
class FrameTap {
 public:
  virtual ~FrameTap() = default;
  /// The frames from here on.
  virtual void OnFormat(const CodedFormat& format) = 0;
  /// The next frame is the first of this file of the run; they count from 0.
  virtual void OnFile(unsigned number) = 0;
  /// Frames that lie end to end in `bytes`.
  virtual void OnFrames(ByteView bytes, std::span<const FrameEntry> entries) = 0;
  /// The same of PCM, in whole sample frames.
  virtual void OnPcmFormat(const PcmLayout& /*layout*/) {}
  virtual void OnPcmFrames(ByteView /*bytes*/) {}
};

}  // namespace isr
