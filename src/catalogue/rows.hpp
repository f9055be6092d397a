#pragma once

#include <cstdint>
#include <string>

#include "model/event.hpp"
#include "model/mark.hpp"
#include "model/segment.hpp"
#include "sqlite/database.hpp"
#include "sqlite/statement.hpp"

namespace isr {

/// The schema that this version reads and writes, kept as the database's user version.
constexpr int kSchemaVersion = 4;

/// Makes the tables in a new database, and what has come since in one of an older version. Throws
/// Error when the database is of another program or of a newer version, DatabaseError when it
/// cannot be read or written.
void PrepareSchema(Database& database);

/// A SELECT begins with this to be read by `ReadSegment`.
#define ISR_SEGMENT_COLUMNS                                                                      \
  "name, source, format, start, utc_offset, rate, frames, bytes, began, ended, growing, clock, " \
  "ppm"

#define ISR_MARK_COLUMNS "segment, start, end, starred, label, note, version"

/// The current row of a SELECT of the segment's columns.
Segment ReadSegment(const Statement& row);

/// The writing statements, each prepared once. All throw DatabaseError.
class RowWriter {
 public:
  explicit RowWriter(Database& database);

  void Write(const Segment& segment);   ///< new, or in place of the row with this name
  void Write(const Gap& gap);           ///< new, or in place of that with this source and start
  void Write(const SoundEvent& event);  ///< new, or in place of that with this source and start
  /// New, or in place of the segment's title at this time.
  void Write(const std::string& segment, const Title& title);
  /// Writes the gaps that crashes left: from the end of each file that one cut off to the source's
  /// next. Where there is no next, that comes later.
  void WriteCrashGaps();
  void Grow(const std::string& name, std::int64_t frames, std::int64_t bytes);
  /// All that is said of a recording, in place of what was.
  void Write(const std::string& segment, const FileMarks& marks);
  /// Of a foreign file.
  void Measure(const std::string& name, int rate, std::int64_t frames);
  /// With its titles and marks, and the events that begin in it.
  void Delete(const std::string& name);

 private:
  Statement segment_;
  Statement gap_;
  Statement title_;
  Statement event_;
  Statement crash_gaps_;
  Statement growth_;
  Statement extent_;
  Statement deletion_;
  Statement title_deletion_;
  Statement event_deletion_;
  Statement mark_;
  Statement mark_deletion_;
  Statement reviewed_;
  Statement reviewed_deletion_;
};

}  // namespace isr
