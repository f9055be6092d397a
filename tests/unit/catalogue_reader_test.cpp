#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "catalogue/reader.hpp"
#include "sqlite/statement.hpp"
#include "tests/unit/catalogue_fixture.hpp"

namespace isr {
namespace {

using CatalogueReaderTest = CatalogueTest;

TEST_F(CatalogueReaderTest, BytesAreThoseOfTheFilesSince) {
  Run([](Catalogue& catalogue) {
    for (const std::int64_t start : {1000, 2000, 3000}) {
      catalogue.SegmentEnded(MakeSegment(std::to_string(start) + ".mp3", start));
    }
    catalogue.SegmentEnded(MakeSegment("copied.mp3", 2500, ""));
  });
  const std::int64_t one = MakeSegment("a.mp3", 0).bytes;
  const RecordedBytes some = CatalogueReader(database_).BytesSince(At(1500));
  EXPECT_EQ(some.bytes, 2 * one);
  EXPECT_EQ(some.since, At(2000));
  EXPECT_EQ(CatalogueReader(database_).BytesSince(At(4000)).bytes, 0);
}

TEST_F(CatalogueReaderTest, TheFilesOfALocalDayAndTheNextOfASource) {
  constexpr std::int64_t kMidnight = 86400 * 20000 - 3600;  // at UTC+1
  Run([](Catalogue& catalogue) {
    for (const std::int64_t at : {-1, 0, 86399, 86400}) {
      Segment segment = MakeSegment("x" + std::to_string(at) + ".mp3", kMidnight + at);
      segment.utc_offset = std::chrono::hours(1);
      catalogue.SegmentEnded(segment);
    }
  });
  CatalogueReader reader(database_);
  const auto days = reader.ListDays();
  ASSERT_EQ(days.size(), 3U);
  const auto files = reader.ListSegments({.day = days[1].day});
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "x86399.mp3");
  EXPECT_EQ(files[1].name, "x0.mp3");
  EXPECT_EQ(reader.FindNext(files[0])->name, "x86400.mp3");
  EXPECT_FALSE(reader.FindNext(*reader.FindNext(files[0])).has_value());
  EXPECT_TRUE(reader.ListSegments({.day = "no day"}).empty());
}

TEST_F(CatalogueReaderTest, AFileThatIsDeletedIsGoneForReadersAtOnce) {
  Run([this](Catalogue& catalogue) {
    catalogue.SegmentEnded(MakeSegment("a.mp3", 1000));
    catalogue.SegmentRemoved("a.mp3");
    EXPECT_FALSE(CatalogueReader(database_).FindSegment("a.mp3").has_value());
  });
}

TEST_F(CatalogueReaderTest, TextIsFoundInTitles) {
  Run([](Catalogue& catalogue) {
    catalogue.SegmentEnded(MakeSegment("a.mp3", 1000));
    catalogue.SegmentEnded(MakeSegment("b.mp3", 2000));
    catalogue.SegmentEnded(MakeSegment("song.mp3", 3000));
    catalogue.TitleFound("b.mp3", {At(2000), "News", "News"});
    catalogue.TitleFound("b.mp3", {At(2100), "100% A Song", "100% A Song"});
    catalogue.TitleFound("b.mp3", {At(2200), "Another song", "Another song"});
  });
  CatalogueReader reader(database_);
  EXPECT_EQ(NamesOf(reader.ListSegments({.text = "SONG"})), (Names{"song.mp3", "b.mp3"}));
  EXPECT_EQ(NamesOf(reader.ListSegments({.text = "0% a"})), (Names{"b.mp3"}));
  EXPECT_EQ(reader.FindTitle("b.mp3", "song")->time, At(2100));
  EXPECT_FALSE(reader.FindTitle("song.mp3", "song").has_value());
  EXPECT_FALSE(reader.FindTitle("b.mp3", "_ews").has_value());
}

TEST_F(CatalogueReaderTest, AFileTakesItsEventsAlongAndNoOthers) {
  Run([](Catalogue& catalogue) {
    for (const std::int64_t start : {1000, 1060, 1120}) {
      catalogue.SegmentEnded(MakeSegment(std::to_string(start) + ".mp3", start));
    }
    catalogue.SegmentEnded(MakeSegment("card.mp3", 1060, "card"));
    for (const std::int64_t at : {1059, 1060, 1119, 1120}) {
      catalogue.EventFound({"radio", At(at), At(at + 5), 12, 14});
    }
    catalogue.EventFound({"card", At(1070), At(1071), 12, 14});
    catalogue.SegmentRemoved("1060.mp3");
    catalogue.SegmentRemoved("none.mp3");
  });
  const auto left = [this] {
    Database database(database_, Database::Mode::kReadOnly);
    Statement events(database, "SELECT source, start / 1000000 FROM event ORDER BY source, start");
    Names found;
    while (events.Step()) {
      found.push_back(std::string(events.Text(0)) + std::to_string(events.Integer(1)));
    }
    return found;
  };
  EXPECT_EQ(left(), (Names{"card1070", "radio1059", "radio1120"}));
  Run([](Catalogue& catalogue) { catalogue.SegmentRemoved("1120.mp3"); });
  EXPECT_EQ(left(), (Names{"card1070", "radio1059"}));
}

TEST_F(CatalogueReaderTest, KeepsEventsByTheirBegin) {
  Run([](Catalogue& catalogue) {
    catalogue.EventFound({"radio", At(100), At(110), 12, 14});
    catalogue.EventFound({"radio", At(100), At(120), 13, 15});
    catalogue.EventFound({"card", At(100), At(101), 20, 22});
  });
  Database database(database_, Database::Mode::kReadOnly);
  Statement events(database, "SELECT source, end, score FROM event ORDER BY source");
  ASSERT_TRUE(events.Step());
  EXPECT_EQ(events.Text(0), "card");
  ASSERT_TRUE(events.Step());
  EXPECT_EQ(events.Integer(1), 120'000'000);
  EXPECT_EQ(events.Real(2), 13);
  EXPECT_FALSE(events.Step());
}

}  // namespace
}  // namespace isr
