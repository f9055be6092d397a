#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "level/track.hpp"

namespace isr {

/// The bytes of a whole track with these levels, window by window from the file's first. `before`:
/// the track so far, whose facts, events and places stay, and so do its levels where `windows` has
/// none; empty, or no track: a new one.
std::string TrackWithLevels(std::string before, std::span<const LevelWindow> windows);

}  // namespace isr
