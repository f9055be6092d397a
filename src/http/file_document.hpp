#pragma once

#include <optional>
#include <string>

#include "model/segment.hpp"

namespace isr {

/// A recording as `/api/files` lists it, JSON in one line. `title`: by which it was found.
std::string FileDocument(const Segment& segment, const std::optional<Title>& title = std::nullopt);

}  // namespace isr
