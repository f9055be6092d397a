#pragma once

#include <memory>

#include "plugins/file_muxer.hpp"

namespace isr {

/// PCM as Broadcast WAV (EBU Tech 3285), RF64 (EBU Tech 3306) from 4 GiB on. The header counts what
/// is there every five seconds, so that a file whose writer died opens as it is.
std::unique_ptr<FileMuxer> MakeWavMuxer();

}  // namespace isr
