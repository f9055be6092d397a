#include <gtest/gtest.h>

#include "app/recording_roots.hpp"
#include "config/directories.hpp"
#include "tests/unit/config_fixture.hpp"

namespace isr {
namespace {

/// Two sources, the second with a directory of its own.
std::string Two(const std::string& directory) {
  return "[general]\noutput_directory = /rec\n[a]\ntype = test\n[b]\ntype = test\n"
         "output_directory = " +
         directory + "\n";
}

TEST(Directories, ASourceFollowsTheGeneralOneOrHasItsOwn) {
  const Settings settings = Parse(Two("/mnt/b/"));
  EXPECT_EQ(settings.output_directory, "/rec");
  EXPECT_EQ(settings.sources.at(0).output_directory, "/rec");
  EXPECT_EQ(settings.sources.at(1).output_directory, "/mnt/b");
  EXPECT_TRUE(Contains(DescribeSettings(settings), "[general]\noutput_directory = /rec\n"));
  EXPECT_TRUE(Contains(DescribeSettings(settings), "output_directory = /mnt/b\n"));
}

TEST(Directories, OneInsideTheGeneralOneIsJustAFolder) {
  EXPECT_EQ(RootsOf(Parse(Two("/rec/b")), "").size(), 1U);
  EXPECT_EQ(RootsOf(Parse(Two("/rec")), "").size(), 1U);
}

TEST(Directories, OneOutsideIsARootWithItsOwnTracks) {
  const auto roots = RootsOf(Parse(Two("/recb")), "");
  ASSERT_EQ(roots.size(), 2U);
  EXPECT_EQ(roots[0], (Root{"", "/rec", "/rec/analyses"}));
  EXPECT_EQ(roots[1], (Root{"@b/", "/recb", "/recb/analyses"}));
  EXPECT_EQ(roots[1].PathOf("@b/day/x.wav"), "/recb/day/x.wav");
  EXPECT_EQ(roots[1].TrackPathOf("@b/day/x.wav"), "/recb/analyses/day/x.wav.isr");
}

TEST(Directories, TracksMayAllLieElsewhere) {
  const auto roots = RootsOf(Parse(Two("/mnt/b")), "/tracks");
  EXPECT_EQ(roots[0].TrackPathOf("x.wav"), "/tracks/x.wav.isr");
  EXPECT_EQ(roots[1].TrackPathOf("@b/x.wav"), "/tracks/@b/x.wav.isr");
}

TEST(Directories, RootsInRootsAreAProblem) {
  ExpectProblem(Two("/"), "config.ini:7: output_directory: '/' holds '/rec' of [general]");
  ExpectProblem(Two("/mnt") + "[c]\ntype = test\noutput_directory = /mnt/c\n",
                "config.ini:10: output_directory: '/mnt/c' lies in '/mnt' of [b]");
  ExpectProblem(Two("/mnt/b") + "[c]\ntype = test\noutput_directory = /mnt\n",
                "'/mnt' holds '/mnt/b' of [b]; choose folders side by side");
  ExpectProblem(Two("/mnt/b") + "[c]\ntype = test\noutput_directory = /mnt/b\n",
                "'/mnt/b' is [b] already; give each its own, side by side");
}

TEST(Directories, HiddenFoldersAreAProblem) {
  ExpectProblem(Two("/rec/analyses/b"), "'/rec/analyses/b' is no folder for recordings");
  ExpectProblem(Two("/rec/.b"), "what begins with '.' is hidden");
  ExpectProblem(Two("/rec/@b"), "what begins with '@' is for folders outside");
  EXPECT_EQ(ProblemsOf(Two("/rec/analyses2")), "");
}

TEST(Directories, NamesThatBeginLikeOnesOutsideAreAProblem) {
  ExpectProblem("[@a]\ntype = test\n", "the name [@a] begins with '@'");
  ExpectProblem(TestSource("filename_pattern = @a/%H"), "begins with a folder '@...'");
  EXPECT_EQ(ProblemsOf(TestSource("filename_pattern = @%H")), "");
}

TEST(Directories, SyncSecondsMayDifferBySource) {
  const Settings settings = Parse(
      "[general]\nsync_seconds = 2.5\n[a]\ntype = test\n[b]\ntype = test\nsync_seconds = 1\n");
  EXPECT_EQ(settings.sources.at(0).sync, std::chrono::milliseconds(2500));
  EXPECT_EQ(settings.sources.at(1).sync, std::chrono::seconds(1));
  ExpectProblem(TestSource("sync_seconds = 0.5"), "use a number of seconds from 1 to 3600");
}

}  // namespace
}  // namespace isr
