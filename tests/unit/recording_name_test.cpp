#include <string_view>

#include <gtest/gtest.h>

#include "catalogue/audio_files.hpp"

namespace isr {
namespace {

TEST(RecordingName, AcceptsOnlyVisibleAudioBelowTheTree) {
  EXPECT_TRUE(IsRecordingName("a.wav"));
  EXPECT_TRUE(IsRecordingName("2026/11/21/14 00 + 100% #1?.MP3"));
  EXPECT_TRUE(IsRecordingName("a..b.mp3"));
  EXPECT_FALSE(IsRecordingName(""));
  EXPECT_FALSE(IsRecordingName("/a.wav"));
  EXPECT_FALSE(IsRecordingName("a//b.wav"));
  EXPECT_FALSE(IsRecordingName("../a.wav"));
  EXPECT_FALSE(IsRecordingName("a/../b.wav"));
  EXPECT_FALSE(IsRecordingName("./a.wav"));
  EXPECT_FALSE(IsRecordingName(".a.wav"));
  EXPECT_FALSE(IsRecordingName("a/.b/c.wav"));
  EXPECT_FALSE(IsRecordingName("a.txt"));
  EXPECT_FALSE(IsRecordingName("wav"));
  EXPECT_FALSE(IsRecordingName("x.wav/y"));
  EXPECT_FALSE(IsRecordingName(std::string_view("a\0b.wav", 7)));
  EXPECT_FALSE(IsRecordingName("\xff.wav"));
}

}  // namespace
}  // namespace isr
