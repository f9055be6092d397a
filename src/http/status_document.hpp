#pragma once

#include <span>
#include <string>

#include "base/clock.hpp"
#include "model/save.hpp"
#include "model/source_status.hpp"

namespace isr {

/// The JSON of `/api/status` and of status.json. Times are seconds since 1970.
std::string StatusDocument(std::span<const SourceStatus> sources, const SaveCounts& saves,
                           UtcTime now);

/// One source alone.
std::string SourceDocument(const SourceStatus& source);

/// The sources alone, as a list.
std::string SourcesDocument(std::span<const SourceStatus> sources);

}  // namespace isr
