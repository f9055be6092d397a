#include "app/settings_diff.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "config/schema.hpp"

namespace isr {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Settings Parse(const std::string& text) {
  return ParseConfig(text, "config.ini", {"/work", ""});
}

std::vector<std::string> Names(const std::vector<SourceSettings>& sources) {
  std::vector<std::string> names;
  for (const SourceSettings& source : sources) names.push_back(source.name);
  return names;
}

const std::string kThree =
    "[general]\nsplit_minutes=30\n[a]\ntype=test\n[b]\ntype=stream\nurl=http://x/y\n[c]\n"
    "type=soundcard\n";

TEST(SettingsDiff, TheSameTextChangesNothing) {
  const SettingsDiff diff = Compare(Parse(kThree), Parse(kThree));
  EXPECT_THAT(Names(diff.added), IsEmpty());
  EXPECT_THAT(Names(diff.changed), IsEmpty());
  EXPECT_THAT(diff.removed, IsEmpty());
  EXPECT_THAT(diff.after_restart, IsEmpty());
}

TEST(SettingsDiff, TheOrderOfSourcesChangesNothing) {
  const SettingsDiff diff =
      Compare(Parse("[a]\ntype=test\n[b]\ntype=test\n"), Parse("[b]\ntype=test\n[a]\ntype=test\n"));
  EXPECT_THAT(Names(diff.changed), IsEmpty());
  EXPECT_THAT(Names(diff.added), IsEmpty());
}

TEST(SettingsDiff, NamesWhatIsNewGoneAndDifferent) {
  const SettingsDiff diff = Compare(
      Parse(kThree),
      Parse("[general]\nsplit_minutes=30\n[c]\ntype=soundcard\nchannels=1\n[a]\ntype=test\n[d]\n"
            "type=test\n"));
  EXPECT_THAT(Names(diff.added), ElementsAre("d"));
  EXPECT_THAT(Names(diff.changed), ElementsAre("c"));
  EXPECT_EQ(std::get<SoundcardSettings>(diff.changed[0].specific).channels, 1);
  EXPECT_THAT(diff.removed, ElementsAre("b"));
}

TEST(SettingsDiff, ADefaultInGeneralChangesTheSourcesThatInheritIt) {
  const SettingsDiff diff = Compare(
      Parse("[general]\nsplit_minutes=30\n[a]\ntype=test\n[b]\ntype=test\nsplit_minutes=5\n"),
      Parse("[general]\nsplit_minutes=20\n[a]\ntype=test\n[b]\ntype=test\nsplit_minutes=5\n"));
  EXPECT_THAT(Names(diff.changed), ElementsAre("a"));
  EXPECT_THAT(diff.after_restart, IsEmpty());
}

TEST(SettingsDiff, AnotherTypeIsAChange) {
  const SettingsDiff diff = Compare(Parse("[a]\ntype=test\n"), Parse("[a]\ntype=soundcard\n"));
  EXPECT_THAT(Names(diff.changed), ElementsAre("a"));
}

TEST(SettingsDiff, APasswordThatChangedIsAChange) {
  const SettingsDiff diff =
      Compare(Parse("[a]\ntype=stream\nurl=http://x/\nusername=u\npassword=1\n"),
              Parse("[a]\ntype=stream\nurl=http://x/\nusername=u\npassword=2\n"));
  EXPECT_THAT(Names(diff.changed), ElementsAre("a"));
}

TEST(SettingsDiff, WhatNeedsARestartIsNamedByItsKey) {
  const std::string source = "[a]\ntype=test\n";
  const SettingsDiff diff =
      Compare(Parse("[general]\nstate_directory=/s\nlog_level=INFO\n" + source),
              Parse("[general]\nstate_directory=/t\noutput_directory=/x\nlog_file=\n"
                    "log_level=DEBUG\n[web]\nport=0\n" +
                    source));
  EXPECT_THAT(diff.after_restart,
              testing::UnorderedElementsAre("output_directory", "state_directory", "log_file"));
  EXPECT_THAT(Names(diff.changed), IsEmpty());
}

TEST(SettingsDiff, ASourceThatMovesOutOfTheGeneralFolderChangesAtOnce) {
  const SettingsDiff diff = Compare(
      Parse("[general]\noutput_directory=/x\nstate_directory=/s\n[a]\ntype=test\n[b]\ntype=test\n"),
      Parse("[general]\noutput_directory=/y\nstate_directory=/s\n[a]\ntype=test\n"
            "[b]\ntype=test\noutput_directory=/z\n"));
  EXPECT_THAT(diff.after_restart, ElementsAre("output_directory"));
  EXPECT_THAT(Names(diff.changed), ElementsAre("b"));
  EXPECT_EQ(diff.sources.at(0).output_directory, "/x") << "not /y before the restart";
  EXPECT_EQ(diff.sources.at(1).output_directory, "/z");
}

}  // namespace
}  // namespace isr
