#pragma once

#include <gst/gst.h>

namespace isr {

/// Where an HLS playlist (RFC 8216) comes from `http`, which is linked to `parser`, both in `bin`:
/// puts hlsdemux2 between them, which reads the segments and gives the frames of the first audio in
/// them. They are copied, never encoded again. Call it before the bin runs.
void PlugInHls(GstElement* bin, GstElement* http, GstElement* parser);

}  // namespace isr
