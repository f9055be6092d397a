#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "desktop/target.hpp"

namespace isr {

/// Interleaved PCM, little-endian, packed.
struct CaptureFormat {
  int rate = 48000;  ///< frames per second
  int channels = 2;
  int bits = 16;  ///< of a sample: 16, 24 or 32

  std::size_t FrameSize() const { return static_cast<std::size_t>(channels * (bits / 8)); }
};

/// Told what a capture does, in the capture's own thread: must be quick, and may be told before
/// the function that starts the capture has returned.
class CaptureReceiver {
 public:
  /// Whole frames, all that was asked for mixed into one.
  virtual void OnAudio(std::span<const std::byte> frames) = 0;
  /// There is nothing to record yet; `what` is missing: "firefox", "PulseAudio". The capture looks
  /// for it by itself.
  virtual void OnWaiting(const std::string& what) = 0;
  /// What was recorded is gone, or has become another. Nothing follows.
  virtual void OnGone(const std::string& what) = 0;

 protected:
  ~CaptureReceiver() = default;
};

/// Records as long as it lives.
class Capture {
 public:
  virtual ~Capture() = default;
};

/// `receiver` outlives the capture. Throws Error when there is no memory for it: that a server or
/// what it plays is not there is no error.
std::unique_ptr<Capture> StartPulseCapture(const DesktopTarget& target, const CaptureFormat& format,
                                           CaptureReceiver& receiver);
std::unique_ptr<Capture> StartPipewireCapture(const DesktopTarget& target,
                                              const CaptureFormat& format,
                                              CaptureReceiver& receiver);

/// A PulseAudio server that is not PipeWire in disguise. Waits for its answer.
bool PulseRuns();

/// Waits for the server; one that does not run has nothing.
std::vector<DesktopNode> ListPulseNodes();
std::vector<DesktopNode> ListPipewireNodes();

}  // namespace isr
