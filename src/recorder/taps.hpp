#pragma once

#include <memory>

#include <gst/gst.h>

#include "media/audio_tap.hpp"

namespace isr {

/// Both hear the frames; either may be none.
std::shared_ptr<FrameTap> BothTaps(std::shared_ptr<FrameTap> one, std::shared_ptr<FrameTap> other);

/// Lets the tap hear the PCM that leaves `element` by its pad "src", as long as that is there.
void TapPcm(GstElement* element, std::shared_ptr<AudioTap> tap);

}  // namespace isr
