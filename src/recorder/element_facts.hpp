#pragma once

#include <cstdint>
#include <vector>

#include <gst/gst.h>

#include "base/clock.hpp"
#include "level/track.hpp"
#include "model/segment.hpp"

namespace isr {

// What the messages of isr's elements hold; their documentation says which. A field that is not
// there reads as 0.

std::uint64_t Unsigned(const GstStructure* facts, const char* field);
UtcTime Time(const GstStructure* facts, const char* field);  ///< microseconds
guint Number(const GstStructure* facts);                     ///< of the file
bool Boolean(const GstStructure* facts, const char* field);
int Integer(const GstStructure* facts, const char* field);
/// What the clock is worth, into a segment that begins or ends there.
void NoteClock(Segment& segment, const GstStructure* facts);
/// Of an `isr-level`.
std::vector<LevelWindow> LevelsIn(const GstStructure* facts);

}  // namespace isr
