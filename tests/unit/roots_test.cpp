#include "catalogue/roots.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "catalogue/catalogue.hpp"
#include "catalogue/reader.hpp"
#include "level/track_codec.hpp"
#include "tests/temporary_folder.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;

/// A general folder, one outside it for the source garden, and a catalogue of both.
class RootsTest : public testing::Test {
 protected:
  RootsTest() {
    Use(folder_ + "/general/analyses", folder_ + "/garden/analyses");
    fs::create_directories(folder_ + "/general");
  }

  void Use(const std::string& analyses, const std::string& garden_analyses) {
    roots_.Replace(
        {{"", folder_ + "/general", analyses}, {"@garden/", folder_ + "/garden", garden_analyses}});
  }

  void WriteFile(const std::string& path) {
    fs::create_directories(fs::path(folder_ + "/" + path).parent_path());
    std::ofstream(folder_ + "/" + path) << "audio";
  }
  void WriteTrack(const std::string& path, const std::string& source) {
    WriteFile(path);
    Segment segment;
    segment.name = "as it was called then";
    segment.source = source;
    segment.ended = Cause::kStop;
    std::ofstream file(folder_ + "/" + path, std::ios::binary);
    for (const TrackPiece& piece :
         {EncodeTrackPreamble(), EncodeTrackFacts({segment, std::nullopt}, 1)}) {
      file.seekp(static_cast<std::streamoff>(piece.offset));
      file.write(reinterpret_cast<const char*>(piece.bytes.data()),
                 static_cast<std::streamsize>(piece.bytes.size()));
    }
  }

  /// "name (source)" of all recordings after a scan, by name.
  std::vector<std::string> Scan() {
    { Catalogue(folder_ + "/state", roots_).Scan(); }
    std::vector<std::string> all;
    for (const Segment& row : CatalogueReader(folder_ + "/state/catalogue.db").ListSegments({})) {
      all.push_back(row.name + " (" + row.source + ")");
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  using Names = std::vector<std::string>;
  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.Path();
  Roots roots_{""};
};

TEST_F(RootsTest, TheCatalogueIsMadeFromTheFilesAndTracksOfAllRoots) {
  WriteFile("general/a.wav");
  WriteTrack("general/analyses/a.wav.isr", "radio");
  WriteFile("garden/day/b.wav");
  WriteTrack("garden/analyses/day/b.wav.isr", "garden");
  EXPECT_EQ(Scan(), (Names{"@garden/day/b.wav (garden)", "a.wav (radio)"}));
}

TEST_F(RootsTest, TracksLieTogetherElsewhereWithoutBeingTakenForOneAnothers) {
  Use(folder_ + "/tracks", folder_ + "/tracks/@garden");
  WriteFile("general/a.wav");
  WriteTrack("tracks/a.wav.isr", "radio");
  WriteTrack("tracks/gone.wav.isr", "radio");
  WriteFile("garden/b.wav");
  WriteTrack("tracks/@garden/b.wav.isr", "garden");
  WriteTrack("tracks/@garden/gone.wav.isr", "garden");
  EXPECT_EQ(Scan(), (Names{"@garden/b.wav (garden)", "a.wav (radio)"}));
  EXPECT_TRUE(fs::exists(folder_ + "/tracks/@garden/b.wav.isr"));
  EXPECT_FALSE(fs::exists(folder_ + "/tracks/gone.wav.isr"));
  EXPECT_FALSE(fs::exists(folder_ + "/tracks/@garden/gone.wav.isr"));
}

TEST_F(RootsTest, TracksThatLieElsewhereAreKeptWhileTheRecordingsAreNotThere) {
  Use(folder_ + "/tracks", folder_ + "/tracks/@garden");
  WriteTrack("tracks/a.wav.isr", "radio");
  WriteTrack("tracks/@garden/b.wav.isr", "garden");
  EXPECT_EQ(Scan(), Names{});
  EXPECT_TRUE(fs::exists(folder_ + "/tracks/a.wav.isr"));
  EXPECT_TRUE(fs::exists(folder_ + "/tracks/@garden/b.wav.isr"));
}

TEST_F(RootsTest, OnlyTheRootWhoseDiskIsMissingKeepsItsRows) {
  WriteFile("general/a.wav");
  WriteFile("general/b.wav");
  WriteFile("garden/c.wav");
  const Names all{"@garden/c.wav ()", "a.wav ()", "b.wav ()"};
  EXPECT_EQ(Scan(), all);
  fs::remove(folder_ + "/general/b.wav");
  fs::remove_all(folder_ + "/garden");
  EXPECT_EQ(Scan(), (Names{"@garden/c.wav ()", "a.wav ()"})) << "no folder";
  fs::create_directories(folder_ + "/garden");
  EXPECT_EQ(Scan(), (Names{"@garden/c.wav ()", "a.wav ()"})) << "an empty mount point";
}

TEST_F(RootsTest, AFolderThatIsCalledLikeARootIsNotTakenForIt) {
  WriteFile("general/@garden/b.wav");
  WriteFile("general/@gone/c.wav");
  EXPECT_EQ(Scan(), (Names{"@gone/c.wav ()"}));
}

TEST_F(RootsTest, ARecordingIsOpenedBelowItsOwnRootOnly) {
  WriteFile("general/a.wav");
  WriteFile("garden/b.wav");
  fs::create_symlink("../general/a.wav", folder_ + "/garden/link.wav");
  EXPECT_TRUE(OpenRecording(roots_, "@garden/b.wav").IsOpen());
  EXPECT_TRUE(OpenRecording(roots_, "a.wav").IsOpen());
  for (const char* const name : {"b.wav", "@garden/a.wav", "@garden/link.wav", "@garden/../a.wav",
                                 "@other/b.wav", "@garden/", "../garden/b.wav"}) {
    EXPECT_FALSE(OpenRecording(roots_, name).IsOpen()) << name;
  }
  fs::remove_all(folder_ + "/garden");
  EXPECT_FALSE(OpenRecording(roots_, "@garden/b.wav").IsOpen());
}

}  // namespace
}  // namespace isr
