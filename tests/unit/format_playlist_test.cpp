#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "format/playlist.hpp"

namespace isr {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(PlaylistEntries, AreTheLinesOfAnM3uButItsComments) {
  EXPECT_THAT(PlaylistEntries("\xef\xbb\xbf#EXTM3U\r\n#EXTINF:-1,Radio = One\r\n"
                              "http://one.example/live.mp3\r\n\r\n  ../two.aac  \r\n"),
              ElementsAre("http://one.example/live.mp3", "../two.aac"));
  EXPECT_THAT(PlaylistEntries("http://one.example/"), ElementsAre("http://one.example/"));
  EXPECT_THAT(PlaylistEntries("a\rb"), ElementsAre("a", "b"));
}

TEST(PlaylistEntries, AreTheFilesOfAPlsByTheirNumbers) {
  EXPECT_THAT(PlaylistEntries("[Playlist]\nNumberOfEntries=2\nTitle1=x=y\nFile2=http://b/\n"
                              "file1 = http://a/?q=1\nFile3=\nFilex=http://c/\n"),
              ElementsAre("http://a/?q=1", "http://b/"));
}

TEST(PlaylistEntries, OfNothingAreNone) {
  EXPECT_THAT(PlaylistEntries(""), IsEmpty());
  EXPECT_THAT(PlaylistEntries("[playlist]\n"), IsEmpty());
  EXPECT_THAT(PlaylistEntries("#EXTM3U\n# nothing\n"), IsEmpty());
}

TEST(PlaylistEntries, OfAListWithoutAnEndAreBounded) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "http://x/\n";
  EXPECT_THAT(PlaylistEntries(text), SizeIs(100));
}

}  // namespace
}  // namespace isr
