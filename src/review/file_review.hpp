#pragma once

#include <optional>
#include <vector>

#include "catalogue/reader.hpp"
#include "catalogue/roots.hpp"
#include "level/detector.hpp"
#include "level/track.hpp"
#include "level/track_file.hpp"

namespace isr {

/// A section of one recording, seconds from its begin, within it.
struct FileSection {
  double start = 0;
  double end = 0;
  double score = 0;       ///< see Section
  double prominence = 0;  ///< see Section
};

/// What one recording holds, from its track.
struct FileReview {
  Segment segment;
  double duration = 0;          ///< seconds, so far
  bool has_levels = false;      ///< there is at least one
  std::optional<double> floor;  ///< dBFS, below which the quietest fifth lies
  std::vector<FileSection> sections;
  std::vector<TrackEvent> events;  ///< titles, gaps, steps of the clock
};

/// Waits for the disk. Throws DatabaseError.
FileReview ReviewFile(const Roots& roots, CatalogueReader& catalogue, const Segment& segment,
                      const DetectorOptions& options);

/// The levels of a recording to be drawn: of `points` pieces of [from, to) seconds, the RMS in dBFS
/// of the loudest window that begins in each; nothing where there is none. A piece is not shorter
/// than a window. Waits for the disk.
std::vector<std::optional<double>> DisplayLevels(const TrackFile& track, double from, double to,
                                                 std::size_t points);

}  // namespace isr
