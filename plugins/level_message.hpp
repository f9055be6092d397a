#pragma once

#include <cstdint>
#include <vector>

#include <gst/gst.h>

#include "level/detector.hpp"
#include "level/level_meter.hpp"
#include "plugins/level_timeline.hpp"

namespace isr {

/// Gathers windows for a message `isr-level`. What it says is documented at the element.
class LevelMessage {
 public:
  bool IsEmpty() const { return count_ == 0; }
  std::size_t Count() const { return count_; }

  /// `floor`: hundredths of dB, or missing. The first window says where the message lies.
  void Add(const WindowPlace& place, const MeteredWindow& window, std::int16_t floor);
  /// The message's content, transfer full; what was gathered is gone.
  GstStructure* Take(GstClockTime interval, const AudioFormat& format);

 private:
  std::size_t count_ = 0;
  WindowPlace place_;
  std::vector<double> rms_, peak_, detection_, floor_;  ///< of each window, dB
  std::vector<double> channel_rms_, channel_peak_;      ///< of each window's channels
};

/// Of a message `isr-event-begin`, transfer full.
GstStructure* EventBeginMessage(const Section& section, const WindowPlace& start);
/// Of a message `isr-event-end`, transfer full.
GstStructure* EventEndMessage(const Section& section, const WindowPlace& start,
                              const WindowPlace& end);

}  // namespace isr
