#pragma once

#include <cstdint>
#include <span>

#include "format/bytes.hpp"
#include "format/frame.hpp"

namespace isr {

/// One coded frame or Ogg packet among others.
struct FrameEntry {
  std::uint32_t bytes = 0;
  std::uint32_t samples = 0;  ///< sample frames that it lasts
};

/// Hears the coded frames of a source as they are recorded. Called in the streaming thread: must
/// not wait.
class FrameTap {
 public:
  virtual ~FrameTap() = default;
  /// The frames from here on.
  virtual void OnFormat(const CodedFormat& format) = 0;
  /// The next frame is the first of this file of the run; they count from 0.
  virtual void OnFile(unsigned number) = 0;
  /// Frames that lie end to end in `bytes`.
  virtual void OnFrames(ByteView bytes, std::span<const FrameEntry> entries) = 0;
};

}  // namespace isr
