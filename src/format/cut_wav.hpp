#pragma once

#include <memory>

#include "format/cut.hpp"
#include "format/file_bytes.hpp"

namespace isr {

/// MakeCut for WAV and RF64 whose samples lie side by side: PCM, float, A-law, µ-law.
std::unique_ptr<Cut> MakeWavCut(FileBytes file, const CutRequest& request);

}  // namespace isr
