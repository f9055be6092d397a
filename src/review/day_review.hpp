#pragma once

#include <string>
#include <vector>

#include "catalogue/reader.hpp"
#include "catalogue/roots.hpp"
#include "level/detector.hpp"

namespace isr {

/// A section somewhere in a day.
struct DaySection {
  std::string source;
  std::string name;       ///< of the recording in which it begins
  double start = 0;       ///< seconds from the begin of that
  double end = 0;         ///< likewise; behind its end when the section goes on in the next
  UtcTime time{};         ///< of its begin
  double score = 0;       ///< see Section
  double prominence = 0;  ///< see Section
};

/// A local day of all sources.
struct DayReview {
  std::vector<Segment> files;        ///< that began on this day, oldest first
  std::vector<DaySection> sections;  ///< that begin in these files, oldest first
  std::vector<Gap> gaps;             ///< that touch these files' time
};

/// `day`: "2026-11-21", as DaySummary has it. Waits for the disk. Throws DatabaseError.
DayReview ReviewDay(const Roots& roots, CatalogueReader& catalogue, const std::string& day,
                    const DetectorOptions& options);

/// The sections [0, sections.size()) by their score, best first.
std::vector<std::size_t> ByScore(const std::vector<DaySection>& sections);

}  // namespace isr
