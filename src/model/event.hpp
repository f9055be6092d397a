#pragma once

#include <string>

#include "base/clock.hpp"

namespace isr {

/// Something was heard, with the source's own settings of the detector.
struct SoundEvent {
  std::string source;
  UtcTime start{};
  UtcTime end{};
  double score = 0;       ///< dB, of the loudest 100 ms over the noise floor of its time
  double prominence = 0;  ///< dB, of the same over what the quietest fifth had before it
};

}  // namespace isr
