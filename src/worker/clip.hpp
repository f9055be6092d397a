#pragma once

#include <cstdint>

namespace isr {

/// What a process that clips does: decodes its file from `start` to `end`, nanoseconds from its
/// begin, and prints it: a line "audio RATE CHANNELS BITS FRAMES", then so many frames of
/// interleaved little-endian PCM; or a line "trouble REASON" and nothing else. It ends early when
/// the decoder fails on the way; up to a fifth of a second that is missing is silence.
/// Initialises GStreamer if it needs it.
void Clip(std::int64_t start, std::int64_t end);

}  // namespace isr
