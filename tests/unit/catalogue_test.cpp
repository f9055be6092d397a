#include "catalogue/catalogue.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "catalogue/audio_files.hpp"
#include "catalogue/reader.hpp"
#include "catalogue/scan.hpp"
#include "level/track_codec.hpp"
#include "level/track_log.hpp"
#include "tests/unit/catalogue_fixture.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::seconds;

TEST_F(CatalogueTest, ASegmentIsKeptAsItWasGiven) {
  Segment segment = MakeSegment("2026/11/Stöße #1.mp3", 1763712000);
  segment.start += std::chrono::microseconds(123456);
  segment.utc_offset = seconds(-12600);
  segment.ended = Cause::kFormatChange;
  Run([&](Catalogue& catalogue) { catalogue.SegmentEnded(segment); });

  const auto found = Find(segment.name);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->source, "radio");
  EXPECT_EQ(found->format, "mp3");
  EXPECT_EQ(found->start, segment.start);
  EXPECT_EQ(found->utc_offset, seconds(-12600));
  EXPECT_EQ(found->rate, 44100);
  EXPECT_EQ(found->frames, segment.frames);
  EXPECT_EQ(found->bytes, 960000);
  EXPECT_EQ(found->began, Cause::kBoundary);
  EXPECT_EQ(found->ended, Cause::kFormatChange);
  EXPECT_FALSE(found->growing);
}

TEST_F(CatalogueTest, ChangesAreAppliedInOrder) {
  Segment segment = MakeSegment("a.mp3", 1000);
  Run([&](Catalogue& catalogue) {
    catalogue.SegmentBegan(segment);
    for (int i = 1; i <= 500; ++i) catalogue.SegmentGrew("a.mp3", i, i * 10);
  });
  EXPECT_EQ(Find("a.mp3")->frames, 500);
  EXPECT_EQ(Find("a.mp3")->bytes, 5000);
  EXPECT_TRUE(Find("a.mp3")->growing);
  Run([&](Catalogue& catalogue) {
    catalogue.SegmentGrew("a.mp3", 501, 5010);
    catalogue.SegmentEnded(segment);
  });
  EXPECT_FALSE(Find("a.mp3")->growing);
  EXPECT_EQ(Find("a.mp3")->frames, segment.frames);
}

TEST_F(CatalogueTest, GapsAreListedByTimeAndSource) {
  Run([](Catalogue& catalogue) {
    catalogue.GapFound({"radio", At(200), At(210), Cause::kReconnect});
    catalogue.GapFound({"card", At(100), At(110), Cause::kDiskFull});
    catalogue.GapFound({"card", At(100), At(120), Cause::kDiskFull});
  });
  CatalogueReader reader(database_);
  const auto all = reader.ListGaps(At(0), At(1000), "");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].source, "card");
  EXPECT_EQ(all[0].end, At(120));
  EXPECT_EQ(all[0].cause, Cause::kDiskFull);
  EXPECT_EQ(reader.ListGaps(At(0), At(1000), "radio").size(), 1U);
  EXPECT_EQ(reader.ListGaps(At(120), At(200), "").size(), 0U);
}

TEST_F(CatalogueTest, TheListIsNewestFirstAndFiltered) {
  Run([](Catalogue& catalogue) {
    catalogue.SegmentEnded(MakeSegment("a.mp3", 100));
    catalogue.SegmentEnded(MakeSegment("c.mp3", 300, "Card"));
    catalogue.SegmentEnded(MakeSegment("b.mp3", 200));
  });
  EXPECT_EQ(ListNames(), (Names{"c.mp3", "b.mp3", "a.mp3"}));
  EXPECT_EQ(ListNames({.from = At(200)}), (Names{"c.mp3", "b.mp3"}));
  EXPECT_EQ(ListNames({.to = At(200)}), (Names{"a.mp3"}));
  EXPECT_EQ(ListNames({.source = "radio"}), (Names{"b.mp3", "a.mp3"}));
  EXPECT_EQ(ListNames({.text = "cARd"}), (Names{"c.mp3"}));
  EXPECT_EQ(ListNames({.text = "B.m"}), (Names{"b.mp3"}));
  EXPECT_EQ(ListNames({.text = "%"}), Names{});
  EXPECT_EQ(ListNames({.limit = 1}), (Names{"c.mp3"}));
}

TEST_F(CatalogueTest, PagesJoinedAreTheWholeList) {
  Run([](Catalogue& catalogue) {
    for (int i = 0; i < 25; ++i) {
      // Five at a time begin at once: the name decides.
      catalogue.SegmentEnded(MakeSegment(std::to_string(100 + i) + ".mp3", 1000 + i / 5));
    }
  });
  Names joined;
  SegmentFilter filter{.limit = 4};
  while (true) {
    const auto page = List(filter);
    if (page.empty()) break;
    for (const Segment& segment : page) joined.push_back(segment.name);
    filter.after = SegmentCursor{page.back().start, page.back().name};
  }
  EXPECT_EQ(joined, ListNames());
  EXPECT_EQ(joined.size(), 25U);
}

TEST_F(CatalogueTest, DaysAreThoseOfThePlaceOfTheRecording) {
  Run([](Catalogue& catalogue) {
    // 2026-11-20 23:30 and 22:30 UTC at +01:00: either side of midnight.
    catalogue.SegmentEnded(MakeSegment("a.mp3", 1795217400));
    catalogue.SegmentEnded(MakeSegment("b.mp3", 1795213800));
    Segment foreign = MakeSegment("c.mp3", 1795213800, "");
    foreign.rate = 0;
    catalogue.SegmentEnded(foreign);
  });
  const auto days = CatalogueReader(database_).ListDays();
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].day, "2026-11-21");
  EXPECT_EQ(days[0].count, 1);
  EXPECT_EQ(days[1].day, "2026-11-20");
  EXPECT_EQ(days[1].count, 2);
  EXPECT_DOUBLE_EQ(days[1].duration, 60.0);
  EXPECT_EQ(days[1].bytes, 1920000);
}

TEST_F(CatalogueTest, FilesWithoutARowBecomeForeignRows) {
  WriteFile("deep/er/Über #1.FLAC", 1234);
  WriteFile("note.txt");
  WriteFile(".hidden.mp3");
  WriteFile(".trash/x.mp3");
  WriteFile("analyses/x.mp3");
  WriteFile("noext");
  RunScan();
  const auto segments = List();
  ASSERT_EQ(NamesOf(segments), (Names{"deep/er/Über #1.FLAC"}));
  EXPECT_EQ(segments[0].source, "");
  EXPECT_EQ(segments[0].format, "flac");
  EXPECT_EQ(segments[0].bytes, 1234);
  EXPECT_EQ(segments[0].rate, 0);
  EXPECT_FALSE(segments[0].ended);
  EXPECT_FALSE(segments[0].growing);
  const auto age = SystemClock().Utc() - segments[0].start;
  EXPECT_LT(std::chrono::abs(age), hours(1));
}

TEST_F(CatalogueTest, LinksCountOnlyWithinTheTree) {
  WriteFile("a.mp3");
  std::ofstream(root_ + "/secret.mp3") << "x";
  fs::create_symlink("a.mp3", output_ + "/within.mp3");
  fs::create_symlink("../secret.mp3", output_ + "/out.mp3");
  fs::create_symlink(root_ + "/secret.mp3", output_ + "/absolute.mp3");
  fs::create_directory_symlink("..", output_ + "/up");
  ASSERT_EQ(::mkfifo((output_ + "/pipe.mp3").c_str(), 0600), 0);
  fs::create_directory(output_ + "/folder.mp3");
  RunScan();
  auto names = ListNames();
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (Names{"a.mp3", "within.mp3"}));
}

TEST_F(CatalogueTest, RowsWhoseFileIsGoneGo) {
  WriteFile("kept.mp3");
  Run([](Catalogue& catalogue) {
    catalogue.SegmentEnded(MakeSegment("kept.mp3", 100));
    catalogue.SegmentEnded(MakeSegment("gone.mp3", 200));
  });
  RunScan();
  EXPECT_EQ(ListNames(), (Names{"kept.mp3"}));
  EXPECT_EQ(Find("kept.mp3")->source, "radio");
}

TEST_F(CatalogueTest, ARowThatGrewWhenTheDaemonDiedEndsWithTheCrash) {
  WriteFile("a.mp3", 4321);
  Run([](Catalogue& catalogue) { catalogue.SegmentBegan(MakeSegment("a.mp3", 100)); });
  RunScan();
  const auto segment = Find("a.mp3");
  ASSERT_TRUE(segment);
  EXPECT_FALSE(segment->growing);
  EXPECT_EQ(segment->ended, Cause::kCrash);
  EXPECT_EQ(segment->bytes, 4321);
  EXPECT_EQ(segment->source, "radio");
  EXPECT_EQ(segment->start, At(100));
}

TEST_F(CatalogueTest, ARowThatBeganInThisRunIsLeftAlone) {
  WriteFile("there.mp3", 4321);
  Run([](Catalogue& catalogue) {
    catalogue.SegmentBegan(MakeSegment("there.mp3", 100));
    catalogue.SegmentBegan(MakeSegment("not-yet.mp3", 200));
    catalogue.Scan();
  });
  EXPECT_TRUE(Find("there.mp3")->growing);
  EXPECT_EQ(Find("there.mp3")->bytes, 960000);
  EXPECT_TRUE(Find("not-yet.mp3")->growing);
}

TEST_F(CatalogueTest, AFileFoundBeforeItsRowComesIsNotForeignForLong) {
  WriteFile("a.mp3");
  Run([](Catalogue& catalogue) {
    catalogue.Scan();
    catalogue.SegmentBegan(MakeSegment("a.mp3", 100));
  });
  EXPECT_EQ(Find("a.mp3")->source, "radio");
  EXPECT_TRUE(Find("a.mp3")->growing);
}

TEST_F(CatalogueTest, AForeignFileThatWasStillCopiedIsMeasuredAgain) {
  WriteFile("a.mp3", 10);
  RunScan();
  WriteFile("a.mp3", 20);
  RunScan();
  EXPECT_EQ(Find("a.mp3")->bytes, 20);
}

TEST_F(CatalogueTest, TheLengthOfAForeignFileIsRememberedAsLongAsItIsTheSame) {
  WriteFile("copied.wav", 500);
  RunScan();
  Run([](Catalogue& catalogue) {
    catalogue.SegmentEnded(MakeSegment("own.mp3", 1000));
    catalogue.ForeignMeasured("copied.wav", 8000, 4000);
    catalogue.ForeignMeasured("own.mp3", 8000, 4000);
    catalogue.ForeignMeasured("gone.wav", 8000, 4000);
  });
  EXPECT_EQ(Find("copied.wav")->Duration(), 0.5);
  EXPECT_EQ(Find("own.mp3")->Duration(), 60);
  EXPECT_FALSE(Find("gone.wav").has_value());
  RunScan();
  EXPECT_EQ(Find("copied.wav")->Duration(), 0.5);
  WriteFile("copied.wav", 600);
  RunScan();
  EXPECT_EQ(Find("copied.wav")->Duration(), 0);
}

TEST_F(CatalogueTest, AMissingOutputDirectoryChangesNothing) {
  WriteFile("a.mp3");
  RunScan();
  fs::rename(output_, root_ + "/elsewhere");
  RunScan();
  EXPECT_EQ(ListNames(), (Names{"a.mp3"}));
}

TEST(CompareWithFiles, RowsInAnUnreadableFolderStay) {
  FoundFiles found;
  found.unread = {"locked/"};
  const std::vector<Segment> rows{MakeSegment("locked/a.mp3", 1), MakeSegment("lockedb.mp3", 2)};
  const auto result = CompareWithFiles(
      found, rows,
      {[](const std::string&) { return false; }, [](UtcTime) { return seconds(0); },
       [](const std::string&) { return std::nullopt; }});
  EXPECT_EQ(result.vanished, (Names{"lockedb.mp3"}));
}

TEST_F(CatalogueTest, RowsAreMadeAgainFromTracks) {
  Segment segment = MakeSegment("day/a.mp3", 1000);
  segment.clock = ClockQuality::kSynced;
  segment.ppm = -3.5;
  segment.bytes = 100;
  const Gap before{"radio", At(900), At(1000), Cause::kReconnect};
  WriteFile(segment.name);
  WriteTrack({segment, before}, Title{At(1010), "Stöße",
                                      "St\xf6\xdf"
                                      "e"});
  RunScan();
  const auto row = Find(segment.name);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->source, "radio");
  EXPECT_EQ(row->start, segment.start);
  EXPECT_EQ(row->frames, segment.frames);
  EXPECT_EQ(row->ended, Cause::kBoundary);
  EXPECT_EQ(row->clock, ClockQuality::kSynced);
  EXPECT_EQ(row->ppm, -3.5);
  const auto gaps = CatalogueReader(database_).ListGaps(At(0), At(2000), "radio");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].start, At(900));
  const auto titles = CatalogueReader(database_).ListTitles(segment.name);
  ASSERT_EQ(titles.size(), 1U);
  EXPECT_EQ(titles[0].time, At(1010));
  EXPECT_EQ(titles[0].text, "Stöße");
  EXPECT_EQ(titles[0].raw,
            "St\xf6\xdf"
            "e");
}

TEST_F(CatalogueTest, AnUnfinishedRowGetsWhatItsTrackSays) {
  Segment segment = MakeSegment("a.mp3", 1000);
  WriteFile("a.mp3", 77);
  Run([&](Catalogue& catalogue) { catalogue.SegmentBegan(segment); });
  segment.frames = 44100 * 3;
  segment.ended = Cause::kCrash;
  WriteTrack({segment, std::nullopt});
  RunScan();
  EXPECT_EQ(Find("a.mp3")->frames, 44100 * 3);
  EXPECT_EQ(Find("a.mp3")->ended, Cause::kCrash);
  EXPECT_EQ(Find("a.mp3")->bytes, 77);
}

TEST_F(CatalogueTest, ACrashLeavesAGapUpToTheSourcesNextFile) {
  Segment cut = MakeSegment("a.mp3", 1000);
  cut.ended = Cause::kCrash;
  WriteFile("a.mp3");
  Run([&](Catalogue& catalogue) {
    catalogue.SegmentEnded(cut);
    catalogue.GapFound({"radio", At(1030), At(1032), Cause::kXrun});
    catalogue.SegmentBegan(MakeSegment("other.mp3", 1500, "card"));
    catalogue.Scan();
  });
  const auto gaps = [&] { return CatalogueReader(database_).ListGaps(At(1050), At(5000), ""); };
  EXPECT_TRUE(gaps().empty());
  Run([&](Catalogue& catalogue) { catalogue.SegmentBegan(MakeSegment("b.mp3", 2000)); });
  ASSERT_EQ(gaps().size(), 1U);
  EXPECT_EQ(gaps()[0].cause, Cause::kCrash);
  EXPECT_EQ(gaps()[0].start, At(1062)) << "a minute of audio, and the 2 s missing in it";
  EXPECT_EQ(gaps()[0].end, At(2000));
}

TEST_F(CatalogueTest, NothingIsDeletedWhileTheDiskLooksUnmounted) {
  WriteFile("a.mp3");
  Run([](Catalogue& catalogue) { catalogue.SegmentEnded(MakeSegment("a.mp3", 100)); });
  fs::remove(output_ + "/a.mp3");
  WriteTrack({MakeSegment("elsewhere.mp3", 1), std::nullopt});
  WriteFile("new.mp3");
  RunScan();
  EXPECT_TRUE(Find("a.mp3"));
  EXPECT_TRUE(Find("new.mp3"));
  EXPECT_TRUE(fs::exists(output_ + "/analyses/elsewhere.mp3.isr"));
}

TEST_F(CatalogueTest, TracksOfRecordingsThatAreGoneGo) {
  WriteFile("kept.mp3");
  WriteTrack({MakeSegment("kept.mp3", 1), std::nullopt});
  WriteTrack({MakeSegment("day/gone.mp3", 2), std::nullopt});
  std::ofstream(output_ + "/analyses/kept.mp3.analysis.json") << "{}";
  std::ofstream(output_ + "/analyses/note.txt") << "mine";
  Run([](Catalogue& catalogue) { catalogue.SegmentEnded(MakeSegment("day/gone.mp3", 2)); });
  RunScan();
  EXPECT_EQ(ListNames(), (Names{"kept.mp3"}));
  EXPECT_TRUE(fs::exists(output_ + "/analyses/kept.mp3.isr"));
  EXPECT_FALSE(fs::exists(output_ + "/analyses/day/gone.mp3.isr"));
  EXPECT_FALSE(fs::exists(output_ + "/analyses/kept.mp3.analysis.json"));
  EXPECT_TRUE(fs::exists(output_ + "/analyses/note.txt"));
}

TEST_F(CatalogueTest, ADatabaseOfVersion1KeepsItsRows) {
  fs::create_directories(state_);
  {
    Database database(database_, Database::Mode::kReadWrite);
    database.Execute(
        "CREATE TABLE segment (name TEXT PRIMARY KEY, source TEXT NOT NULL, format TEXT NOT NULL,"
        " start INTEGER NOT NULL, utc_offset INTEGER NOT NULL, rate INTEGER NOT NULL,"
        " frames INTEGER NOT NULL, bytes INTEGER NOT NULL, began TEXT NOT NULL, ended TEXT,"
        " growing INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE gap (source TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,"
        " cause TEXT NOT NULL, PRIMARY KEY (source, start)) WITHOUT ROWID;"
        "INSERT INTO segment VALUES ('a.mp3','radio','mp3',5,0,44100,7,8,'start','stop',0);");
    database.SetUserVersion(1);
  }
  Run([](Catalogue& catalogue) { catalogue.TitleFound("a.mp3", {At(1), "text", "raw"}); });
  ASSERT_TRUE(Find("a.mp3"));
  EXPECT_EQ(Find("a.mp3")->frames, 7);
  EXPECT_FALSE(Find("a.mp3")->clock);
  EXPECT_FALSE(Find("a.mp3")->ppm);
  EXPECT_EQ(CatalogueReader(database_).ListTitles("a.mp3").size(), 1U);
}

TEST_F(CatalogueTest, AFileThatIsNoDatabaseIsSetAside) {
  fs::create_directories(state_);
  for (int i = 1; i <= 2; ++i) {
    std::ofstream(database_) << std::string(8192, 'x');
    WriteFile("a.mp3");
    RunScan();
    EXPECT_EQ(ListNames(), (Names{"a.mp3"}));
    EXPECT_EQ(fs::file_size(database_ + ".damaged-" + std::to_string(i)), 8192U);
  }
}

TEST_F(CatalogueTest, ADatabaseOfANewerVersionIsSetAside) {
  Run([](Catalogue& catalogue) { catalogue.SegmentEnded(MakeSegment("a.mp3", 1)); });
  Database(database_, Database::Mode::kReadWrite).SetUserVersion(99);
  Run([](Catalogue&) {});
  EXPECT_EQ(ListNames(), Names{});
  EXPECT_TRUE(fs::exists(database_ + ".damaged-1"));
}

TEST_F(CatalogueTest, DamageFoundWhileRunningKeepsWhatIsBeingRecorded) {
  WriteFile("old.mp3");
  Run([](Catalogue& catalogue) {
    for (int i = 0; i < 2000; ++i) {
      catalogue.SegmentEnded(MakeSegment("gone-" + std::to_string(i) + ".mp3", i));
    }
  });
  {
    // All pages but the first: the schema can still be read.
    std::fstream file(database_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(5 * 4096);
    const auto size = static_cast<size_t>(fs::file_size(database_));
    file << std::string(size - 5 * 4096, '\xff');
  }
  Run([](Catalogue& catalogue) {
    catalogue.SegmentBegan(MakeSegment("now.mp3", 5000));
    catalogue.Scan();
  });
  EXPECT_TRUE(fs::exists(database_ + ".damaged-1"));
  ASSERT_TRUE(Find("now.mp3"));
  EXPECT_TRUE(Find("now.mp3")->growing);
  ASSERT_TRUE(Find("old.mp3"));
  EXPECT_EQ(ListNames().size(), 2U);
}

TEST_F(CatalogueTest, AStateDirectoryThatCannotBeMadeIsAnError) {
  std::ofstream(root_ + "/var") << "a file";
  EXPECT_THROW(Catalogue(state_, Roots(output_)), Error);
}

}  // namespace
}  // namespace isr
