#pragma once

#include <string>

#include <gst/gst.h>

#include "config/settings.hpp"
#include "glib/ref.hpp"

namespace isr {

/// What a source type makes of its settings: a bin that gives timed audio on its pad "src".
struct SourceBin {
  enum class Kind {
    kPcm,    ///< audio/x-raw in real time, from a clock of its own
    kCoded,  ///< parsed frames, each with a duration, as a server sends them
  };

  Ref<GstElement> bin;
  Ref<GstElement> last;    ///< where the stream is ended, where the first element cannot: HLS
  Ref<GstElement> reader;  ///< isrhttpsrc; none where nothing is read over HTTP
  Kind kind = Kind::kPcm;
  std::string extension;  ///< of the files, without dot; empty: isrsplit tells by what comes
  std::string origin;     ///< what is recorded ("http://host/radio", "hw:1,0"), without secrets
};

/// Builds the bin of a source by the table of types. Starts nothing, but may ask drivers what there
/// is. Throws Error.
SourceBin BuildSource(const SourceSettings& settings);

}  // namespace isr
