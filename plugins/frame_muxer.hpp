#pragma once

#include <memory>

#include "plugins/file_muxer.hpp"

namespace isr {

/// MPEG audio as it came, for layer III behind a Xing or Info frame, which tells players the exact
/// duration and where to seek; ADTS frames as they came.
std::unique_ptr<FileMuxer> MakeFrameMuxer();

}  // namespace isr
