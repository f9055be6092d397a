#include "catalogue/reader.hpp"

#include "catalogue/rows.hpp"

namespace isr {
namespace {

/// Of a segment: "2026-11-21".
#define ISR_LOCAL_DAY "date(start / 1000000 + utc_offset, 'unixepoch')"

constexpr const char* kSelect = "SELECT " ISR_SEGMENT_COLUMNS " FROM segment";

std::int64_t Microseconds(UtcTime time) {
  return time.time_since_epoch().count();
}

/// The conditions of a filter; each takes as many values as `BindFilter` gives it.
std::string WhereClause(const SegmentFilter& filter) {
  std::string sql = " WHERE 1";
  if (filter.from) sql += " AND start >= ?";
  if (filter.to) sql += " AND start < ?";
  // No place is further from UTC than 15 hours: the index knows where to look.
  if (filter.day) {
    sql += " AND " ISR_LOCAL_DAY
           " = ? AND start BETWEEN (strftime('%s', ?, '-15 hours') * 1000000)"
           " AND (strftime('%s', ?, '+39 hours') * 1000000)";
  }
  if (filter.source) sql += " AND source = ?";
  if (!filter.text.empty())
    sql +=
        " AND (instr(lower(name), lower(?)) OR instr(lower(source), lower(?))"
        " OR EXISTS (SELECT 1 FROM title WHERE segment = name AND instr(lower(text), lower(?)))"
        " OR EXISTS (SELECT 1 FROM mark WHERE segment = name"
        " AND instr(lower(label || char(10) || note), lower(?))))";
  if (filter.starred)
    sql += " AND EXISTS (SELECT 1 FROM mark WHERE mark.segment = name AND starred)";
  if (filter.after) sql += " AND (start, name) < (?, ?)";
  return sql;
}

void BindFilter(Statement& statement, const SegmentFilter& filter) {
  int index = 0;
  if (filter.from) statement.Bind(++index, Microseconds(*filter.from));
  if (filter.to) statement.Bind(++index, Microseconds(*filter.to));
  if (filter.day) {
    for (int i = 0; i < 3; ++i) statement.Bind(++index, std::string_view(*filter.day));
  }
  if (filter.source) statement.Bind(++index, std::string_view(*filter.source));
  if (!filter.text.empty()) {
    for (int i = 0; i < 4; ++i) statement.Bind(++index, std::string_view(filter.text));
  }
  if (filter.after) {
    statement.Bind(++index, Microseconds(filter.after->start));
    statement.Bind(++index, std::string_view(filter.after->name));
  }
  // SQLite: a negative limit is none.
  statement.Bind(++index, filter.limit > 0 ? filter.limit : std::int64_t{-1});
}

std::vector<NamedMark> ReadMarkRows(Statement& rows) {
  std::vector<NamedMark> marks;
  while (rows.Step()) {
    marks.push_back({std::string(rows.Text(0)),
                     {.start = rows.Real(1),
                      .end = rows.Real(2),
                      .starred = rows.Integer(3) != 0,
                      .label = std::string(rows.Text(4)),
                      .note = std::string(rows.Text(5)),
                      .version = rows.Integer(6)}});
  }
  return marks;
}

Title ReadTitle(const Statement& row) {
  return {UtcTime(std::chrono::microseconds(row.Integer(0))), std::string(row.Text(1)),
          std::string(row.Blob(2))};
}

}  // namespace

CatalogueReader::CatalogueReader(const std::string& database_path)
    : database_(database_path, Database::Mode::kReadOnly) {}

std::vector<Segment> CatalogueReader::ListSegments(const SegmentFilter& filter) {
  Statement statement(database_,
                      kSelect + WhereClause(filter) + " ORDER BY start DESC, name DESC LIMIT ?");
  BindFilter(statement, filter);
  std::vector<Segment> segments;
  while (statement.Step()) segments.push_back(ReadSegment(statement));
  return segments;
}

std::optional<Segment> CatalogueReader::FindSegment(const std::string& name) {
  Statement statement(database_, std::string(kSelect) + " WHERE name = ?");
  statement.Bind(1, std::string_view(name));
  if (!statement.Step()) return std::nullopt;
  return ReadSegment(statement);
}

std::optional<Segment> CatalogueReader::FindNext(const Segment& segment) {
  Statement statement(database_, std::string(kSelect) +
                                     " WHERE source = ? AND (start, name) > "
                                     "(?, ?) ORDER BY start, name LIMIT 1");
  statement.Bind(1, std::string_view(segment.source))
      .Bind(2, Microseconds(segment.start))
      .Bind(3, std::string_view(segment.name));
  if (!statement.Step()) return std::nullopt;
  return ReadSegment(statement);
}

std::vector<DaySummary> CatalogueReader::ListDays() {
  // In whole microseconds, so that nothing is lost on the way: frames * 1000000 fits for 6 years.
  Statement statement(database_, "SELECT " ISR_LOCAL_DAY
                                 " AS day, count(*),"
                                 " sum(CASE WHEN rate > 0 THEN frames * 1000000 / rate ELSE 0 END),"
                                 " sum(bytes) FROM segment GROUP BY day ORDER BY day DESC");
  std::vector<DaySummary> days;
  while (statement.Step()) {
    days.push_back({std::string(statement.Text(0)), statement.Integer(1),
                    static_cast<double>(statement.Integer(2)) / 1e6, statement.Integer(3)});
  }
  return days;
}

RecordedBytes CatalogueReader::BytesSince(UtcTime from) {
  Statement statement(database_,
                      "SELECT coalesce(sum(bytes), 0), coalesce(min(start), 0) FROM segment"
                      " WHERE start >= ? AND source <> ''");
  statement.Bind(1, Microseconds(from)).Step();
  return {statement.Integer(0), UtcTime(std::chrono::microseconds(statement.Integer(1)))};
}

std::vector<Gap> CatalogueReader::ListGaps(UtcTime from, UtcTime to, const std::string& source) {
  Statement statement(database_,
                      "SELECT source, start, end, cause FROM gap WHERE start < ? AND end > ?"
                      " AND (? = '' OR source = ?) ORDER BY start, source");
  statement.Bind(1, Microseconds(to)).Bind(2, Microseconds(from));
  statement.Bind(3, std::string_view(source)).Bind(4, std::string_view(source));
  std::vector<Gap> gaps;
  while (statement.Step()) {
    gaps.push_back({std::string(statement.Text(0)),
                    UtcTime(std::chrono::microseconds(statement.Integer(1))),
                    UtcTime(std::chrono::microseconds(statement.Integer(2))),
                    CauseFromWord(statement.Text(3)).value_or(Cause::kReconnect)});
  }
  return gaps;
}

std::vector<Title> CatalogueReader::ListTitles(const std::string& name) {
  Statement statement(database_,
                      "SELECT time, text, raw FROM title WHERE segment = ? ORDER BY time");
  statement.Bind(1, std::string_view(name));
  std::vector<Title> titles;
  while (statement.Step()) titles.push_back(ReadTitle(statement));
  return titles;
}

std::vector<NamedMark> CatalogueReader::ListMarks(const std::string& name) {
  Statement statement(
      database_, "SELECT " ISR_MARK_COLUMNS " FROM mark WHERE segment = ? ORDER BY start, end");
  statement.Bind(1, std::string_view(name));
  return ReadMarkRows(statement);
}

std::vector<NamedMark> CatalogueReader::ListMarksOfDay(const std::string& day) {
  const SegmentFilter filter{.day = day};
  Statement statement(database_, "SELECT " ISR_MARK_COLUMNS
                                 " FROM mark WHERE segment IN (SELECT name FROM segment" +
                                     WhereClause(filter) +
                                     " LIMIT ?) ORDER BY segment, start, end");
  BindFilter(statement, filter);
  return ReadMarkRows(statement);
}

MarksSummary CatalogueReader::SummarizeMarks(const std::string& name) {
  if (!summary_) {
    summary_.emplace(database_,
                     "SELECT EXISTS (SELECT 1 FROM reviewed WHERE segment = ?1),"
                     " (SELECT count(*) FROM mark WHERE segment = ?1 AND starred)");
  }
  summary_->Bind(1, std::string_view(name)).Step();
  const MarksSummary summary{summary_->Integer(0) != 0, summary_->Integer(1)};
  summary_->Run();
  return summary;
}

std::optional<Title> CatalogueReader::FindTitle(const std::string& name, const std::string& text) {
  Statement statement(database_,
                      "SELECT time, text, raw FROM title WHERE segment = ?"
                      " AND instr(lower(text), lower(?)) ORDER BY time LIMIT 1");
  statement.Bind(1, std::string_view(name)).Bind(2, std::string_view(text));
  if (!statement.Step()) return std::nullopt;
  return ReadTitle(statement);
}

}  // namespace isr
