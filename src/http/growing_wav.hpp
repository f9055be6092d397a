#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isr {

/// A WAV file as it would be if it were closed now.
struct WavSnapshot {
  std::string head;        ///< replaces the file's first bytes
  std::uint64_t size = 0;  ///< of the whole; ends with a whole frame
};

/// While a RIFF WAVE file grows, the sizes in its header are not yet right. `head` holds the file's
/// first bytes, `size` how long it is at this moment. None when no data chunk begins in `head`: the
/// file then goes out as it is.
std::optional<WavSnapshot> SnapshotOfGrowingWav(std::string_view head, std::uint64_t size);

}  // namespace isr
