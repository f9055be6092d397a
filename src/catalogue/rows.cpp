#include "catalogue/rows.hpp"

#include <array>

#include <fmt/format.h>

#include "sqlite/transaction.hpp"

namespace isr {
namespace {

// Times are UTC microseconds, utc_offset seconds, causes the words of model/cause.
constexpr const char* kVersion1 = R"(
CREATE TABLE segment (
  name TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  format TEXT NOT NULL,
  start INTEGER NOT NULL,
  utc_offset INTEGER NOT NULL,
  rate INTEGER NOT NULL,
  frames INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  began TEXT NOT NULL,
  ended TEXT,
  growing INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX segment_by_start ON segment (start, name);
CREATE INDEX segment_by_source ON segment (source, start, name);
CREATE TABLE gap (
  source TEXT NOT NULL,
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  cause TEXT NOT NULL,
  PRIMARY KEY (source, start)
) WITHOUT ROWID;
)";

constexpr const char* kVersion2 = R"(
ALTER TABLE segment ADD COLUMN clock TEXT;
ALTER TABLE segment ADD COLUMN ppm REAL;
CREATE INDEX segment_crashed ON segment (source, start) WHERE ended = 'crash';
CREATE TABLE title (
  segment TEXT NOT NULL,
  time INTEGER NOT NULL,
  text TEXT NOT NULL,
  raw BLOB NOT NULL,
  PRIMARY KEY (segment, time)
) WITHOUT ROWID;
CREATE INDEX title_by_time ON title (time);
)";

constexpr const char* kVersion3 = R"(
CREATE TABLE event (
  source TEXT NOT NULL,
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  score REAL NOT NULL,
  prominence REAL NOT NULL,
  PRIMARY KEY (source, start)
) WITHOUT ROWID;
)";

// What mark_files.hpp has in files.
constexpr const char* kVersion4 = R"(
CREATE TABLE mark (
  segment TEXT NOT NULL,
  start REAL NOT NULL,
  end REAL NOT NULL,
  starred INTEGER NOT NULL,
  label TEXT NOT NULL,
  note TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (segment, start, end)
) WITHOUT ROWID;
CREATE TABLE reviewed (
  segment TEXT PRIMARY KEY
) WITHOUT ROWID;
)";

/// What makes a database of version n one of version n + 1.
constexpr std::array<const char*, kSchemaVersion> kSteps{kVersion1, kVersion2, kVersion3,
                                                         kVersion4};

// Audio that is missing in the middle of a file does not make it end earlier.
constexpr const char* kWriteCrashGaps = R"(
REPLACE INTO gap (source, start, end, cause)
SELECT source, cut, next, 'crash' FROM (
  SELECT source, start + audio + (
      SELECT coalesce(sum(g.end - g.start), 0) FROM gap AS g
      WHERE g.source = crashed.source AND g.cause <> 'crash'
        AND g.start > crashed.start AND g.start < crashed.start + audio) AS cut,
    (SELECT min(n.start) FROM segment AS n
      WHERE n.source = crashed.source AND n.start > crashed.start) AS next
  FROM (SELECT source, start, frames * 1000000 / rate AS audio FROM segment
    WHERE ended = 'crash' AND rate > 0) AS crashed)
WHERE next > cut
)";

// Up to where the source's next file begins: a file's audio may be shorter than its time.
constexpr const char* kDeleteEvents = R"(
DELETE FROM event WHERE (source, start) IN (
  SELECT event.source, event.start FROM segment JOIN event
    ON event.source = segment.source AND event.start >= segment.start
  WHERE segment.name = ? AND event.start < coalesce(
    (SELECT min(n.start) FROM segment AS n
      WHERE n.source = segment.source AND n.start > segment.start), event.start + 1))
)";

std::int64_t Microseconds(UtcTime time) {
  return time.time_since_epoch().count();
}

}  // namespace

void PrepareSchema(Database& database) {
  Transaction transaction(database);
  const int version = database.UserVersion();
  if (version == kSchemaVersion) {
    // A file cut short keeps its header: look whether the tables can be read at all.
    Statement(database, "SELECT " ISR_SEGMENT_COLUMNS " FROM segment LIMIT 1").Run();
    Statement(database, "SELECT source, start, end, cause FROM gap LIMIT 1").Run();
    Statement(database, "SELECT segment, time, text, raw FROM title LIMIT 1").Run();
    Statement(database, "SELECT source, start, end, score, prominence FROM event LIMIT 1").Run();
    Statement(database, "SELECT segment, start, end, version FROM mark LIMIT 1").Run();
    Statement(database, "SELECT segment FROM reviewed LIMIT 1").Run();
    return;
  }
  if (version < 0 || version > kSchemaVersion) {
    throw Error(
        fmt::format("it has schema version {}, this program knows {}", version, kSchemaVersion));
  }
  for (size_t i = static_cast<size_t>(version); i < kSteps.size(); ++i) database.Execute(kSteps[i]);
  database.SetUserVersion(kSchemaVersion);
  transaction.Commit();
}

Segment ReadSegment(const Statement& row) {
  Segment segment;
  segment.name = row.Text(0);
  segment.source = row.Text(1);
  segment.format = row.Text(2);
  segment.start = UtcTime(std::chrono::microseconds(row.Integer(3)));
  segment.utc_offset = std::chrono::seconds(row.Integer(4));
  segment.rate = static_cast<int>(row.Integer(5));
  segment.frames = row.Integer(6);
  segment.bytes = row.Integer(7);
  segment.began = CauseFromWord(row.Text(8)).value_or(Cause::kStart);
  segment.ended = CauseFromWord(row.Text(9));
  segment.growing = row.Integer(10) != 0;
  segment.clock = ClockQualityFromWord(row.Text(11));
  if (!row.IsNull(12)) segment.ppm = row.Real(12);
  return segment;
}

RowWriter::RowWriter(Database& database)
    : segment_(database, "REPLACE INTO segment (" ISR_SEGMENT_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      gap_(database, "REPLACE INTO gap (source, start, end, cause) VALUES (?, ?, ?, ?)"),
      title_(database, "REPLACE INTO title (segment, time, text, raw) VALUES (?, ?, ?, ?)"),
      event_(database,
             "REPLACE INTO event (source, start, end, score, prominence) VALUES (?, ?, ?, ?, ?)"),
      crash_gaps_(database, kWriteCrashGaps),
      growth_(database, "UPDATE segment SET frames = ?, bytes = ? WHERE name = ?"),
      extent_(database, "UPDATE segment SET rate = ?, frames = ? WHERE name = ? AND source = ''"),
      deletion_(database, "DELETE FROM segment WHERE name = ?"),
      title_deletion_(database, "DELETE FROM title WHERE segment = ?"),
      event_deletion_(database, kDeleteEvents),
      mark_(database, "REPLACE INTO mark (" ISR_MARK_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)"),
      mark_deletion_(database, "DELETE FROM mark WHERE segment = ?"),
      reviewed_(database, "REPLACE INTO reviewed (segment) VALUES (?)"),
      reviewed_deletion_(database, "DELETE FROM reviewed WHERE segment = ?") {}

void RowWriter::Write(const Segment& segment) {
  segment_.Bind(1, segment.name)
      .Bind(2, segment.source)
      .Bind(3, segment.format)
      .Bind(4, Microseconds(segment.start))
      .Bind(5, std::int64_t{segment.utc_offset.count()})
      .Bind(6, std::int64_t{segment.rate})
      .Bind(7, segment.frames)
      .Bind(8, segment.bytes)
      .Bind(9, ToWord(segment.began))
      .Bind(11, std::int64_t{segment.growing ? 1 : 0});
  if (segment.ended) segment_.Bind(10, ToWord(*segment.ended));
  if (segment.clock) segment_.Bind(12, ToWord(*segment.clock));
  if (segment.ppm) segment_.Bind(13, *segment.ppm);
  segment_.Run();
}

void RowWriter::Write(const Gap& gap) {
  gap_.Bind(1, gap.source)
      .Bind(2, Microseconds(gap.start))
      .Bind(3, Microseconds(gap.end))
      .Bind(4, ToWord(gap.cause))
      .Run();
}

void RowWriter::Write(const std::string& segment, const Title& title) {
  title_.Bind(1, segment)
      .Bind(2, Microseconds(title.time))
      .Bind(3, title.text)
      .BindBlob(4, title.raw)
      .Run();
}

void RowWriter::Write(const SoundEvent& event) {
  event_.Bind(1, event.source)
      .Bind(2, Microseconds(event.start))
      .Bind(3, Microseconds(event.end))
      .Bind(4, event.score)
      .Bind(5, event.prominence)
      .Run();
}

void RowWriter::WriteCrashGaps() {
  crash_gaps_.Run();
}

void RowWriter::Grow(const std::string& name, std::int64_t frames, std::int64_t bytes) {
  growth_.Bind(1, frames).Bind(2, bytes).Bind(3, name).Run();
}

void RowWriter::Write(const std::string& segment, const FileMarks& marks) {
  mark_deletion_.Bind(1, segment).Run();
  for (const Mark& mark : marks.marks) {
    mark_.Bind(1, segment).Bind(2, mark.start).Bind(3, mark.end);
    mark_.Bind(4, std::int64_t{mark.starred ? 1 : 0}).Bind(5, mark.label).Bind(6, mark.note);
    mark_.Bind(7, mark.version).Run();
  }
  (marks.reviewed ? reviewed_ : reviewed_deletion_).Bind(1, segment).Run();
}

void RowWriter::Measure(const std::string& name, int rate, std::int64_t frames) {
  extent_.Bind(1, std::int64_t{rate}).Bind(2, frames).Bind(3, name).Run();
}

void RowWriter::Delete(const std::string& name) {
  event_deletion_.Bind(1, name).Run();
  deletion_.Bind(1, name).Run();
  title_deletion_.Bind(1, name).Run();
  Write(name, FileMarks());
}

}  // namespace isr
