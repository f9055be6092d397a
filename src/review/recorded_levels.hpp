#pragma once

#include <span>
#include <vector>

#include "catalogue/reader.hpp"
#include "catalogue/roots.hpp"
#include "level/source_detector.hpp"
#include "level/track_file.hpp"
#include "model/segment.hpp"

namespace isr {

/// The track of a recording; of one that has none, it reads as no track. Waits for the disk.
TrackFile OpenTrack(const Roots& roots, const Segment& segment);

/// What stands before and behind some recordings of a source.
struct Surroundings {
  /// Oldest first; together long enough for the detector to know the background.
  std::vector<Segment> before;
  /// The next one, in which the last section may end.
  std::vector<Segment> after;
};
/// `files`: of one source, oldest first, not empty. Files of no source stand alone.
Surroundings SurroundingsOf(CatalogueReader& catalogue, std::span<const Segment> files);

/// The sections of recordings of one source, as the detector found them while they were recorded.
/// `files`: oldest first; the `file` of a place counts from the first of them: one before is
/// negative. Those that end before the first file are left out. Waits for the disk.
std::vector<SourceSection> FindRecordedSections(const Roots& roots, std::span<const Segment> files,
                                                const Surroundings& around,
                                                const DetectorOptions& options);

}  // namespace isr
