#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include <gst/audio/audio.h>

#include "level/audio_view.hpp"
#include "level/level_meter.hpp"

namespace isr {

/// What a LevelMeter has to know of it; nothing where it cannot measure that.
std::optional<AudioFormat> AudioFormatOf(const GstAudioInfo& info);

/// Frames in a buffer of audio/x-raw: what its GstAudioMeta says, where it has one; a decoder may
/// have clipped it there alone.
std::size_t AudioFramesOf(const GstAudioInfo& info, GstBuffer* audio);

/// A buffer of audio/x-raw, mapped for a LevelMeter. Planes lie where its GstAudioMeta says,
/// without one behind each other. `info` has an AudioFormat.
class MappedAudio {
 public:
  static constexpr int kMaxChannels = 32;

  MappedAudio(const GstAudioInfo& info, GstBuffer* audio);
  ~MappedAudio();
  MappedAudio(const MappedAudio&) = delete;
  MappedAudio& operator=(const MappedAudio&) = delete;

  /// False: its memory cannot be read, and there are no frames.
  bool IsMapped() const { return is_mapped_; }
  std::size_t Frames() const { return frames_; }

  /// Frames [begin, begin + count) to the meter.
  void Give(LevelMeter& meter, std::size_t begin, std::size_t count) const;

 private:
  GstBuffer* const audio_;
  GstMapInfo map_{};
  const bool is_mapped_;
  std::array<const std::uint8_t*, kMaxChannels> planes_{};
  std::size_t plane_count_ = 0;
  std::size_t stride_ = 0;  ///< bytes from frame to frame of a plane
  std::size_t frames_ = 0;
};

}  // namespace isr
