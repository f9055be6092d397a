#include "time/save_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace isr {
namespace {

using testing::HasSubstr;

/// 2026-11-21 14:30:05.25 in a place an hour ahead of UTC.
SaveFacts Facts() {
  return {.start = UtcTime(std::chrono::milliseconds(1795267805250)),
          .utc_offset = std::chrono::hours(1),
          .duration = 9.75,
          .source = "radio",
          .app = "",
          .device = "hw:1,0",
          .label = "",
          .ext = "wav"};
}

std::string Expanded(const char* text, const SaveFacts& facts = Facts(), int attempt = 0) {
  return SaveTemplate(text).Expand(facts, attempt, true);
}

TEST(SaveTemplate, TokensTellWhatWasSaved) {
  const std::pair<const char*, const char*> cases[]{
      {"%(date)s/%(time)s_%(counter)03d.%(ext)s", "2026-11-21/14-30-05_001.wav"},
      {"%(iso)s", "20261121T143005+0100"},
      {"%(timestamp)d", "1795267805"},
      {"%(timestamp)s", "1795267805"},
      {"%(source)s-%(device)s", "radio-hw_1,0"},
      {"%(duration)s %(duration)d %(duration).1f %(duration)06.2f", "10 10 9.8 009.75"},
      {"%(label|untitled)s.%(app|no app)s", "untitled.no app"},
      {"[%(app)s]", "[]"},
      {"100%%", "100%"},
      {"%(counter)5d|%(counter)-3d|%(counter)d", "1_1  _1"},
      {"%(source)8s", "radio"},
      {"x%(source)8s", "x   radio"},
      {"%(source).3s", "rad"},
      {"plain", "plain"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(Expanded(text), expected) << text;
}

TEST(SaveTemplate, TimeWestOfGreenwichAndBeforeMidnight) {
  SaveFacts facts = Facts();
  facts.utc_offset = -std::chrono::minutes(570);
  EXPECT_EQ(Expanded("%(iso)s", facts), "20261121T040005-0930");
  facts.utc_offset = std::chrono::hours(14);
  EXPECT_EQ(Expanded("%(date)s", facts), "2026-11-22");
}

TEST(SaveTemplate, ANameThatIsTakenCountsOn) {
  EXPECT_EQ(Expanded("%(counter)03d.%(ext)s", Facts(), 11), "012.wav");
  EXPECT_EQ(Expanded("a.b/c.%(ext)s", Facts(), 2), "a.b/c-2.wav");
  EXPECT_EQ(Expanded("a.b/c", Facts(), 2), "a.b/c-2");
  EXPECT_EQ(SaveTemplate("a.b/.c").Expand(Facts(), 1, false), "a.b/.c-1");
}

TEST(SaveTemplate, ALabelCannotLeaveItsFolderNorMakeOne) {
  SaveFacts facts = Facts();
  const std::pair<const char*, const char*> cases[]{
      {"../../etc/passwd", "x/_._.._etc_passwd.wav"},
      {"a/b", "x/a_b.wav"},
      {"..", "x/_..wav"},
      {"a\nb", "x/a_b.wav"},
      {"%(date)s", "x/%(date)s.wav"},
      {".hidden", "x/_hidden.wav"},
      {"CON", "x/_CON.wav"},
  };
  for (const auto& [label, expected] : cases) {
    facts.label = label;
    EXPECT_EQ(Expanded("x/%(label)s.%(ext)s", facts), expected) << label;
  }
  facts.label = "..";
  EXPECT_EQ(SaveTemplate("%(label)s/%(label)s").Expand(facts, 0, false), "_/_");
  EXPECT_EQ(Expanded("%(app)s/%(app)s/x", facts), "x");
}

TEST(SaveTemplate, SafePathsCanBeMadeEverywhere) {
  const std::pair<const char*, const char*> cases[]{
      {"a<b>c:d\"e\\f|g?h*i", "a_b_c_d_e_f_g_h_i"},
      {"trailing. ", "trailing"},
      {" x ", "x"},
      {"dots...", "dots"},
      {"...", "_"},
      {"con", "_con"},
      {"Aux.txt", "_Aux.txt"},
      {"aux .txt", "_aux .txt"},
      {"com1/lpt9.wav", "_com1/_lpt9.wav"},
      {"com10", "com10"},
      {"COM\u00b2.wav", "_COM\u00b2.wav"},
      {"console", "console"},
      {"nul.tar.gz", "_nul.tar.gz"},
      {"a//b", "a/b"},
      {"./../x", "_/_/x"},
      {"K\u00e4fer \u65e5\u672c", "K\u00e4fer \u65e5\u672c"},
      {"", "_"},
  };
  for (const auto& [path, expected] : cases) EXPECT_EQ(SafePath(path, true), expected) << path;
}

TEST(SaveTemplate, WithoutSanitizingOnlyWhatNoFolderTakesIsReplaced) {
  EXPECT_EQ(SafePath("a:b?.", false), "a:b?.");
  EXPECT_EQ(SafePath("con", false), "con");
  EXPECT_EQ(SafePath("a/../b", false), "a/_/b");
  EXPECT_EQ(SafePath("a\x01", false), "a_");
}

TEST(SaveTemplate, LongNamesAreCutBetweenCharactersAndKeepTheirExtension) {
  std::string label;
  for (int i = 0; i < 200; ++i) label += "\u20ac";  // three bytes each
  const std::string path = SafePath("x" + label + "/" + label + ".flac", true);
  const std::string folder = path.substr(0, path.find('/'));
  const std::string name = path.substr(folder.size() + 1);
  EXPECT_EQ(folder.size(), 1 + 79 * 3);
  EXPECT_EQ(name.size(), 78 * 3 + 5);
  EXPECT_TRUE(name.ends_with("\u20ac.flac"));
  EXPECT_EQ(SafePath(std::string(300, 'a'), true), std::string(240, 'a'));
}

TEST(SaveTemplate, AProblemSaysWhatWouldBeRight) {
  const std::pair<const char*, const char*> cases[]{
      {"", "is empty; use one such as"},
      {"/tmp/x", "begins with '/'"},
      {"x/", "ends in '/'"},
      {"a/../b", "part '..'"},
      {"..", "part '..'"},
      {"a\tb", "control character"},
      {"50%", "write %% for a percent sign"},
      {"%d", "write %% for a percent sign"},
      {"%(date", "begins no %(token)s"},
      {"%(dat)s", "did you mean '%(date)s'?"},
      {"%(nonsense)s", "there are date, time, timestamp"},
      {"%(date)d", "write %(date)s"},
      {"%(counter)", "write %(counter)d"},
      {"%(counter)03f", "write %(counter)d"},
      {"%(label|x)d", "write %(label|x)s"},
      {"%(counter)0999d", "a width over 99"},
      {"%(counter)99999999999999999999d", "a width over 99"},
  };
  for (const auto& [text, part] : cases) {
    EXPECT_THAT(SaveTemplate::Problem(text), HasSubstr(part)) << text;
    EXPECT_THROW(SaveTemplate{text}, Error) << text;
  }
  EXPECT_EQ(SaveTemplate::Problem("%(date)s/%(time)s_%(counter)03d.%(ext)s"), "");
}

}  // namespace
}  // namespace isr
