#include "config/ini_document.hpp"

#include <gtest/gtest.h>

#include "tests/unit/config_fixture.hpp"

namespace isr {
namespace {

TEST(IniDocument, TakesEqualsSignAndColonAndLowersKeysButNotSections) {
  const IniDocument document = ReadIni("[My Radio]\nURL: http://h/x=1\nName=a:b\n");
  EXPECT_EQ(document.sections[0].name, "My Radio");
  EXPECT_EQ(document.sections[0].Find("url")->value, "http://h/x=1");
  EXPECT_EQ(document.sections[0].Find("name")->value, "a:b");
  EXPECT_EQ(document.sections[0].Find("name")->line, 3);
  EXPECT_TRUE(document.problems.empty());
}

TEST(IniDocument, BeginsACommentOnlyAtTheStartOrAfterWhiteSpace) {
  const IniDocument document =
      ReadIni("; one\n  # two\n[s] # three\na = x#y;z # four\nb = 1\t;five\nc = # six\nd=#seven\n");
  EXPECT_EQ(document.sections[0].name, "s");
  EXPECT_EQ(document.sections[0].Find("a")->value, "x#y;z");
  EXPECT_EQ(document.sections[0].Find("b")->value, "1");
  EXPECT_EQ(document.sections[0].Find("c")->value, "");
  EXPECT_EQ(document.sections[0].Find("d")->value, "#seven");
}

TEST(IniDocument, AcceptsByteOrderMarkAndCrlfAndAMissingLastNewline) {
  const IniDocument document = ReadIni("\xEF\xBB\xBF[s]\r\na = \xC3\xBC b\r\nc = 1");
  ASSERT_TRUE(document.problems.empty());
  EXPECT_EQ(document.sections[0].Find("a")->value, "\xC3\xBC b");
  EXPECT_EQ(document.sections[0].Find("c")->value, "1");
}

TEST(IniDocument, AcceptsASectionIndentedAsAWhole) {
  const IniDocument document = ReadIni("[s]\n  a = 1\n\n  b = 2\nc = 3\n");
  EXPECT_TRUE(document.problems.empty());
  EXPECT_EQ(document.sections[0].entries.size(), 3U);
}

TEST(IniDocument, ReportsAContinuedValueInsteadOfJoiningIt) {
  ExpectProblem(TestSource("wave = sine\n  more"), "config.ini:4: the line is indented deeper");
}

TEST(IniDocument, ReportsUnreadableLinesAndReadsOn) {
  const std::string text = "x\ny\n[a]\n= 1\nword\n[]\n[b\n[c] d\n\xFF = 1\nn = a\x01\n";
  EXPECT_EQ(ProblemsOf(text + '\0'),
            "config.ini:1: the line stands before the first section; begin with '[general]'\n"
            "config.ini:3: type: missing in [a]; write 'type = ' and one of stream, soundcard, "
            "desktop, pipewire, pulse or test\n"
            "config.ini:4: the line has no key before '='; write 'key = value'\n"
            "config.ini:5: the line has no '='; write 'key = value'\n"
            "config.ini:6: a section needs a name; write '[name]'\n"
            "config.ini:7: '[' without ']' (a '#' or ';' after white space begins a comment); "
            "write '[name]'\n"
            "config.ini:8: text after ']'; write '[name]' on a line of its own\n"
            "config.ini:9: the line is not UTF-8 text; save the file in the encoding UTF-8\n"
            "config.ini:10: the line holds a control character (byte 0x01); remove it\n"
            "config.ini:11: the line holds a control character (byte 0x00); remove it");
}

TEST(IniDocument, ReportsRepeatedSectionsAndKeysWithBothLines) {
  const std::string problems =
      ProblemsOf("[a]\ntype = test\nwave = sine\nWave = silence\n[a]\ntype = test\n");
  EXPECT_EQ(problems,
            "config.ini:4: wave: stands in line 3 already; remove one\n"
            "config.ini:5: section [a] stands in line 1 already; rename or join them");
}

TEST(IniDocument, RefusesAnOverlongFileWithOneProblem) {
  EXPECT_EQ(ProblemsOf(std::string(kMaxIniBytes + 1, '\n')),
            "config.ini: longer than 1024 KiB; this is not a config file");
}

TEST(IniDocument, StopsReadingWhenAFileIsOfAnotherKind) {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "\x89PNG\n";
  EXPECT_LT(ReadIni(text).problems.size(), 100U);
}

}  // namespace
}  // namespace isr
