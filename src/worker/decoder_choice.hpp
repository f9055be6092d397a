#pragma once

namespace isr {

/// Where GStreamer ranks decoders of one format alike, and so takes the first by name, has it take
/// the one that costs least, from here on in this process. GStreamer is initialised.
void PreferFastDecoders();

}  // namespace isr
