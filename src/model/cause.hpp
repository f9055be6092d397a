#pragma once

#include <optional>
#include <string_view>

namespace isr {

/// Why a file began or ended, or why there is a gap.
enum class Cause {
  kStart,         ///< the daemon, or the source, was started
  kBoundary,      ///< a clock-aligned split
  kReconnect,     ///< the source had failed and came back
  kFormatChange,  ///< the source's format changed
  kStop,          ///< the daemon, or the source, was stopped
  kCrash,         ///< the daemon died; found at the next start
  kDiskFull,      ///< no space for more
  kConfig,        ///< the source's settings changed
  kXrun,          ///< the sound card's driver overran (of gaps only)
};

/// The word for it in the catalogue, in status.json and in the API ("format-change").
std::string_view ToWord(Cause cause);
std::optional<Cause> CauseFromWord(std::string_view word);

}  // namespace isr
