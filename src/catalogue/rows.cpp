#include "catalogue/rows.hpp"

#include <fmt/format.h>

#include "sqlite/transaction.hpp"

namespace isr {
namespace {

// Times are UTC microseconds, utc_offset seconds, causes the words of model/cause.
constexpr const char* kSchema = R"(
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
    return;
  }
  if (version != 0) {
    throw Error(
        fmt::format("it has schema version {}, this program knows {}", version, kSchemaVersion));
  }
  database.Execute(kSchema);
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
  return segment;
}

RowWriter::RowWriter(Database& database)
    : segment_(database, "REPLACE INTO segment (" ISR_SEGMENT_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      gap_(database, "REPLACE INTO gap (source, start, end, cause) VALUES (?, ?, ?, ?)"),
      growth_(database, "UPDATE segment SET frames = ?, bytes = ? WHERE name = ?"),
      deletion_(database, "DELETE FROM segment WHERE name = ?") {}

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
  segment_.Run();
}

void RowWriter::Write(const Gap& gap) {
  gap_.Bind(1, gap.source)
      .Bind(2, Microseconds(gap.start))
      .Bind(3, Microseconds(gap.end))
      .Bind(4, ToWord(gap.cause))
      .Run();
}

void RowWriter::Grow(const std::string& name, std::int64_t frames, std::int64_t bytes) {
  growth_.Bind(1, frames).Bind(2, bytes).Bind(3, name).Run();
}

void RowWriter::Delete(const std::string& name) {
  deletion_.Bind(1, name).Run();
}

}  // namespace isr
