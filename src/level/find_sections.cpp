#include "level/find_sections.hpp"

#include <algorithm>

namespace isr {

std::vector<Section> FindSections(std::span<const std::int16_t> before,
                                  std::span<const std::int16_t> levels,
                                  const DetectorOptions& options) {
  const auto lead = before.last(std::min(before.size(), kLeadInWindows));
  const auto origin = static_cast<std::int64_t>(lead.size());
  std::vector<Section> sections;
  const auto add = [&](Section section) {
    section.start = std::max<std::int64_t>(section.start - origin, 0);
    section.end -= origin;
    if (section.end > 0) sections.push_back(section);
  };
  Detector detector(options, {.begin = {}, .end = add});
  detector.Push(lead);
  detector.Push(levels);
  detector.Finish();
  return sections;
}

}  // namespace isr
