// What people say of recordings: which stretch is meant, and that it is never lost.

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "catalogue/mark_files.hpp"
#include "tests/unit/catalogue_fixture.hpp"

namespace isr {
namespace {

class MarksTest : public CatalogueTest {
 protected:
  Root General() const { return roots_.All().front(); }
  std::vector<NamedMark> Listed(const std::string& name) {
    return CatalogueReader(database_).ListMarks(name);
  }
};

const Mark kOwl{
    .start = 10, .end = 20, .starred = true, .label = "owl \"x\"", .note = "a\nb", .version = 3};

TEST_F(MarksTest, AStretchIsThatOfTheMarkItOverlapsMost) {
  const std::vector<Mark> marks{{.start = 10, .end = 20}, {.start = 30, .end = 40}};
  EXPECT_EQ(FindMark(marks, 10, 20), 0U);
  EXPECT_EQ(FindMark(marks, 8, 25), 0U);
  EXPECT_EQ(FindMark(marks, 12, 13), 0U);
  EXPECT_EQ(FindMark(marks, 15, 25), 0U);  // half of both
  EXPECT_EQ(FindMark(marks, 16, 26), std::nullopt);
  EXPECT_EQ(FindMark(marks, 20, 30), std::nullopt);
  EXPECT_EQ(FindMark(marks, 5, 60), 0U);  // both alike: the first
  EXPECT_EQ(FindMark(marks, 14, 60), 1U);
  EXPECT_EQ(FindMark({}, 0, 1), std::nullopt);
}

TEST_F(MarksTest, AreReadAsTheyWereWritten) {
  const FileMarks marks{.reviewed = true,
                        .marks = {kOwl, {.start = 30.125, .end = 31, .note = "x"}}};
  WriteMarks(General(), "day/a.mp3", marks);
  EXPECT_EQ(ReadMarks(General(), "day/a.mp3"), marks);
  EXPECT_EQ(ReadMarks(General(), "day/b.mp3"), FileMarks());
  WriteMarks(General(), "day/a.mp3", {});
  EXPECT_FALSE(std::filesystem::exists(output_ + "/analyses/day/a.mp3.marks.json"));
}

TEST_F(MarksTest, AFileThatCannotBeUnderstoodIsAnError) {
  WriteMarks(General(), "a.mp3", {.reviewed = true});
  for (const char* const text : {"", "{", "[]", "null"}) {
    std::ofstream(output_ + "/analyses/a.mp3.marks.json") << text;
    EXPECT_THROW(ReadMarks(General(), "a.mp3"), Error) << text;
  }
}

TEST_F(MarksTest, TheCatalogueTakesThemFromTheirFiles) {
  WriteFile("a.mp3");
  WriteMarks(General(), "a.mp3", {.reviewed = true, .marks = {kOwl}});
  RunScan();
  ASSERT_EQ(Listed("a.mp3").size(), 1U);
  EXPECT_EQ(Listed("a.mp3")[0].mark, kOwl);
  EXPECT_TRUE(CatalogueReader(database_).SummarizeMarks("a.mp3").reviewed);
  EXPECT_EQ(ListNames({.starred = true}), (Names{"a.mp3"}));
  EXPECT_EQ(ListNames({.text = "OWL"}), (Names{"a.mp3"}));
  EXPECT_EQ(ListNames({.text = "b"}), (Names{"a.mp3"}));
}

TEST_F(MarksTest, AnEditIsInTheFileAndInTheCatalogueWhenItReturns) {
  WriteFile("a.mp3");
  Run([this](Catalogue& catalogue) {
    EXPECT_TRUE(catalogue.EditMarks("a.mp3", [](FileMarks& file) { file.marks = {kOwl}; }));
    EXPECT_EQ(ReadMarks(General(), "a.mp3").marks, std::vector{kOwl});
    EXPECT_EQ(Listed("a.mp3").size(), 1U);
    EXPECT_FALSE(catalogue.EditMarks("none.mp3", [](FileMarks& file) { file.reviewed = true; }));
    EXPECT_THROW(catalogue.EditMarks("a.mp3",
                                     [](FileMarks& file) {
                                       file.marks.clear();
                                       throw Error("no");
                                     }),
                 Error);
    EXPECT_EQ(Listed("a.mp3").size(), 1U);
    catalogue.SegmentRemoved("a.mp3");
    EXPECT_EQ(Listed("a.mp3").size(), 0U);
    EXPECT_EQ(ReadMarks(General(), "a.mp3"), FileMarks());
  });
}

}  // namespace
}  // namespace isr
