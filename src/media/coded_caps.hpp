#pragma once

#include <optional>
#include <string>

#include <gst/gst.h>

#include "format/frame.hpp"
#include "glib/ref.hpp"

namespace isr {

/// The caps of coded frames: GStreamer's media types; what came in Ogg has `container=ogg`; a
/// stream's headers are in "streamheader".
Ref<GstCaps> CapsOf(const CodedFormat& format);

/// The reverse; nothing for caps that are none of ours.
std::optional<CodedFormat> FormatOfCaps(GstCaps* caps);

/// Of a file of it, without dot.
const char* ExtensionOf(Codec codec);

/// For people: that no decoder is installed, and which Debian package has one.
std::string NoDecoderText(Codec codec);

/// All caps that CapsOf makes, for pad templates.
#define ISR_CODED_CAPS                                                     \
  "audio/mpeg,mpegversion=1; audio/mpeg,mpegversion=4,stream-format=adts;" \
  "audio/x-flac,framed=true; audio/x-vorbis,container=ogg; audio/x-opus,container=ogg"

}  // namespace isr
