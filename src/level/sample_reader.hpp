#pragma once

#include <cstddef>
#include <span>

#include "level/audio_view.hpp"

namespace isr {

/// The most that a sample of a float format counts as: +60 dBFS. What is not a number is 0.
constexpr float kMaxSample = 1000;

/// Fills `pairs`, two floats a frame, with the channels `channel` and the next one, from frame
/// `frame` on. Where there is no next one its floats stay as they are.
void ReadPairs(const AudioView& audio, const AudioFormat& format, std::size_t frame, int channel,
               std::span<float> pairs);

}  // namespace isr
