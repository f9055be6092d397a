#pragma once

#include <cstdint>

namespace isr {

/// Like Clip() where the file is native FLAC of a known length, in a fraction of the time that a
/// pipeline takes to begin: the process ends here. Returns for any other file, and for one that is
/// damaged there; then nothing has been printed.
void ClipFlac(std::int64_t start, std::int64_t end);

}  // namespace isr
