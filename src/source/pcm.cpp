#include "source/pcm.hpp"

#include <fmt/format.h>

namespace isr {

std::string PcmCaps(int sample_rate, int channels, int bits) {
  // Beyond stereo there is no layout that a sound card promises: channels without positions.
  const char* const mask = channels > 2 ? ",channel-mask=(bitmask)0" : "";
  return fmt::format("audio/x-raw,format=S{}LE,layout=interleaved,rate={},channels={}{}", bits,
                     sample_rate, channels, mask);
}

}  // namespace isr
