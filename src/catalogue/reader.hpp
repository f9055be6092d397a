#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/mark.hpp"
#include "model/segment.hpp"
#include "sqlite/database.hpp"
#include "sqlite/statement.hpp"

namespace isr {

/// A place in the list of segments: that of the segment with this start and name.
struct SegmentCursor {
  UtcTime start{};
  std::string name;
};

/// Which segments to list. What is not set does not restrict.
struct SegmentFilter {
  std::optional<UtcTime> from;        ///< first sample at or after
  std::optional<UtcTime> to;          ///< first sample before
  std::optional<std::string> day;     ///< local, as DaySummary has it
  std::optional<std::string> source;  ///< exactly; empty: foreign files
  bool starred = false;               ///< with a mark that has a star
  /// Part of the name, the source, a title, a label or a note; ASCII case ignored.
  std::string text;
  std::optional<SegmentCursor> after;  ///< only what follows this place in the list
  std::int64_t limit = 0;              ///< at most so many; 0 = all
};

/// All segments of one local day (of the place of the recording at that time).
struct DaySummary {
  std::string day;  ///< "2026-11-21"
  std::int64_t count = 0;
  double duration = 0;     ///< seconds, of those whose duration is known
  std::int64_t bytes = 0;  ///< growing ones so far
};

/// What was recorded in some time.
struct RecordedBytes {
  std::int64_t bytes = 0;
  UtcTime since{};  ///< the first of its files began
};

/// A mark and the name of its recording.
struct NamedMark {
  std::string segment;
  Mark mark;
};

struct MarksSummary {
  bool reviewed = false;
  std::int64_t stars = 0;
};

/// Reads the catalogue on a connection of its own, beside the writer. Cheap to make (0.1 ms): make
/// one per job on a worker thread. Waits for the disk. Everything throws DatabaseError.
class CatalogueReader {
 public:
  explicit CatalogueReader(const std::string& database_path);

  /// Newest first; equal starts by name, descending.
  std::vector<Segment> ListSegments(const SegmentFilter& filter);
  std::optional<Segment> FindSegment(const std::string& name);
  /// The source's next one.
  std::optional<Segment> FindNext(const Segment& segment);
  /// Newest first.
  std::vector<DaySummary> ListDays();
  /// Of the files of sources that began at `from` or later.
  RecordedBytes BytesSince(UtcTime from);
  /// Those that touch [from, to), oldest first. `source` empty: of all sources.
  std::vector<Gap> ListGaps(UtcTime from, UtcTime to, const std::string& source);
  /// What the recording called `name` played, oldest first.
  std::vector<Title> ListTitles(const std::string& name);
  /// Of one recording, by its name and start.
  std::vector<NamedMark> ListMarks(const std::string& name);
  /// Of those that ListSegments finds for that day.
  std::vector<NamedMark> ListMarksOfDay(const std::string& day);
  MarksSummary SummarizeMarks(const std::string& name);
  /// The first title with `text` in it, as SegmentFilter finds it.
  std::optional<Title> FindTitle(const std::string& name, const std::string& text);

 private:
  Database database_;
  std::optional<Statement> summary_;  // made once: a list asks for each of its rows
};

}  // namespace isr
