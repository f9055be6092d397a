#pragma once

#include <cstdint>
#include <vector>

#include <gst/gst.h>

#include "format/frame_tap.hpp"
#include "glib/ref.hpp"

namespace isr {

/// Coded frames travel many to a buffer: a buffer a frame is most of what a stream costs. The table
/// of a buffer's frames is a GstMeta on it; a buffer without one is a single frame, which lasts as
/// long as the buffer's duration.
///
/// `entries` lie end to end and fill the buffer. The buffer must be writable.
void AddFrameTable(GstBuffer* buffer, std::vector<FrameEntry> entries);

/// The frames of a coded buffer; `rate` (sample frames per second) is for one without a table.
std::vector<FrameEntry> FramesIn(GstBuffer* buffer, int rate);

/// Frames [first, first + count) of a coded buffer as one of its own, without copying their bytes.
Ref<GstBuffer> SliceFrames(GstBuffer* buffer, const std::vector<FrameEntry>& entries,
                           std::size_t first, std::size_t count);

}  // namespace isr
