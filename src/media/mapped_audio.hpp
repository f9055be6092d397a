#pragma once

#include <cstddef>
#include <optional>

#include <gst/audio/audio.h>

#include "level/audio_view.hpp"
#include "level/level_meter.hpp"

namespace isr {

/// What a LevelMeter has to know of it; nothing where it cannot measure that.
std::optional<AudioFormat> AudioFormatOf(const GstAudioInfo& info);

/// A buffer of audio/x-raw, mapped for a LevelMeter. `info` has an AudioFormat, and outlives it.
class MappedAudio {
 public:
  MappedAudio(const GstAudioInfo& info, GstBuffer* audio);
  ~MappedAudio();
  MappedAudio(const MappedAudio&) = delete;
  MappedAudio& operator=(const MappedAudio&) = delete;

  std::size_t Frames() const { return mapped_ ? buffer_.n_samples : 0; }

  /// Frames [begin, begin + count) to the meter.
  void Give(LevelMeter& meter, std::size_t begin, std::size_t count) const;

 private:
  const GstAudioInfo& info_;
  GstAudioBuffer buffer_{};
  const bool mapped_;
};

}  // namespace isr
