#pragma once

#include <chrono>
#include <string>

#include "base/clock.hpp"

namespace isr {

/// A recording's name without extension: `pattern` through strftime with the local time of its
/// first sample, "{source}" replaced by the source's name. May hold '/'.
std::string FormatFileName(const std::string& pattern, const std::string& source, UtcTime start,
                           std::chrono::seconds utc_offset);

}  // namespace isr
