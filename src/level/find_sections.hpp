#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "level/detector.hpp"

namespace isr {

/// The windows that are read before a stretch of levels, as far as there are any without a gap, so
/// that the detector knows the background when the stretch begins: two minutes.
constexpr std::size_t kLeadInWindows = 1200;

/// The sections of levels that are stored. `before`: the levels that lead up to them; the last
/// kLeadInWindows count. Sections are counted from the first of `levels`; one that began before it
/// starts at 0, one that goes on at their end ends there.
std::vector<Section> FindSections(std::span<const std::int16_t> before,
                                  std::span<const std::int16_t> levels,
                                  const DetectorOptions& options);

}  // namespace isr
