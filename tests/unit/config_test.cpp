#include "config/config.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <string>

#include <glib.h>
#include <gtest/gtest.h>

#include "base/atomic_file.hpp"
#include "config/ini_document.hpp"
#include "config/schema.hpp"
#include "tests/unit/config_fixture.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;

TEST(Config, GivesEveryKeyItsDefault) {
  const Settings settings = Parse(
      "[a]\ntype = test\n[b]\ntype = soundcard\n[c]\ntype = stream\n"
      "url = http://h/x\n[d]\ntype = pulse\n");
  EXPECT_EQ(settings.output_directory, "/work/dir/recordings");
  EXPECT_EQ(settings.state_directory, "/work/dir/recordings/.isr");
  EXPECT_EQ(settings.log_level, LogLevel::kInfo);
  EXPECT_EQ(settings.log_file, "/work/dir/recorder.log");
  EXPECT_TRUE(settings.web.listen.empty());
  EXPECT_EQ(settings.web.port, 8080);
  EXPECT_EQ(settings.web.margin, 12);
  EXPECT_EQ(settings.web.min_gap, 2s);
  EXPECT_EQ(settings.web.tls_certificate, "");
  const SourceSettings& source = settings.sources.at(0);
  EXPECT_EQ(source.name, "a");
  EXPECT_EQ(source.type, "test");
  EXPECT_EQ(source.split, 60min);
  EXPECT_EQ(source.filename_pattern, "%Y%m%d_%H%M%S");
  EXPECT_EQ(source.max_retries, 0);
  EXPECT_EQ(source.retry_delay, 5s);
  EXPECT_TRUE(source.retry_backoff);
  EXPECT_EQ(source.stall, 15s);
  EXPECT_EQ(TestOf(settings).wave, "soundscape");
  EXPECT_EQ(TestOf(settings).sample_rate, 44100);
  const auto& card = std::get<SoundcardSettings>(settings.sources.at(1).specific);
  EXPECT_EQ(card.device, "default");
  EXPECT_EQ(card.channels, 2);
  EXPECT_EQ(card.format, "wav");
  EXPECT_EQ(card.bits, 16);
  EXPECT_EQ(StreamOf(settings, 2).format, "auto");
  const auto& desktop = std::get<DesktopSettings>(settings.sources.at(3).specific);
  EXPECT_EQ(desktop.source, "system");
  EXPECT_EQ(desktop.sample_rate, 48000);
  EXPECT_EQ(desktop.format, "wav");
}

TEST(Config, TakesABlankValueAsTheDefaultAndABlankLogFileAsNone) {
  const Settings settings = Parse("[general]\nmax_retries =\noutput_directory =\nlog_file =\n" +
                                  TestSource("sample_rate ="));
  EXPECT_EQ(settings.sources.at(0).max_retries, 0);
  EXPECT_EQ(settings.output_directory, "/work/dir/recordings");
  EXPECT_EQ(settings.log_file, "");
  EXPECT_EQ(TestOf(settings).sample_rate, 44100);
}

TEST(Config, TakesFractionsOfMinutesAndSeconds) {
  const Settings settings =
      Parse(TestSource("split_minutes = 0.25\nretry_delay_seconds = 0.5\nstall_seconds = 2.25"));
  EXPECT_EQ(settings.sources.at(0).split, 15s);
  EXPECT_EQ(settings.sources.at(0).retry_delay, 500ms);
  EXPECT_EQ(settings.sources.at(0).stall, 2250ms);
}

TEST(Config, TakesPathsFromTheWorkingDirectory) {
  const Settings settings =
      Parse("[general]\noutput_directory = ../out/\nlog_file = /var/log/x.log\n" + TestSource(""));
  EXPECT_EQ(settings.output_directory, "/work/out");
  EXPECT_EQ(settings.log_file, "/var/log/x.log");
}

TEST(Config, KeepsStateInTheFirstStateDirectoryUnlessToldOtherwise) {
  const ConfigEnvironment environment{"/work", "/var/lib/isr:/var/lib/more"};
  EXPECT_EQ(Parse(TestSource(""), environment).state_directory, "/var/lib/isr");
  EXPECT_EQ(Parse("[general]\nstate_directory = s\n" + TestSource(""), environment).state_directory,
            "/work/s");
}

TEST(Config, TakesChoicesInAnyCase) {
  const Settings settings =
      Parse("[general]\nlog_level = warning\n[a]\ntype = TEST\nwave = Sine\nretry_backoff = Off\n");
  EXPECT_EQ(settings.log_level, LogLevel::kWarning);
  EXPECT_EQ(settings.sources.at(0).type, "test");
  EXPECT_EQ(TestOf(settings).wave, "sine");
  EXPECT_FALSE(settings.sources.at(0).retry_backoff);
}

TEST(Config, ReportsNumbersOutOfRangeWithWhatWouldBeRight) {
  ExpectProblem(TestSource("split_minutes = 0"),
                "config.ini:3: split_minutes: '0' is out of range; use a number of minutes "
                "greater than 0, up to 1440");
  ExpectProblem(TestSource("channels = 33"),
                "channels: '33' is out of range; use a whole number of channels from 1 to 32");
  ExpectProblem(TestSource("channels = 1.5"), "channels: '1.5' is not a whole number");
  ExpectProblem("[web]\nport = 99999999999999999999\n" + TestSource(""),
                "use a whole number from 0 to 65535");
  ExpectProblem(TestSource("stall_seconds = nan"), "'nan' is not a number");
  ExpectProblem(TestSource("stall_seconds = inf"), "'inf' is out of range");
  ExpectProblem(TestSource("stall_seconds = 0,5"), "'0,5' is not a number");
}

TEST(Config, AcceptsTheEndsOfRanges) {
  EXPECT_EQ(ProblemsOf(TestSource("split_minutes = 1440\nchannels = 32\nsample_rate = 4000")), "");
  EXPECT_EQ(ProblemsOf("[web]\nport = 0\n" + TestSource("retry_delay_seconds = 0.1")), "");
}

TEST(Config, AcceptsIpAddressesOfBothKinds) {
  EXPECT_EQ(Parse("[web]\nlisten = ::1, 10.0.0.1 127.0.0.1\n" + TestSource("")).web.listen,
            (std::vector<std::string>{"::1", "10.0.0.1", "127.0.0.1"}));
  EXPECT_TRUE(Parse("[web]\nlisten =\n" + TestSource("")).web.listen.empty());
}

TEST(Config, KeepsTheKeysOfTheWebPageApartFromThoseOfSources) {
  const Settings settings =
      Parse("[general]\nmargin = 20\n[web]\nmin_gap = 0.5\n" + TestSource(""));
  EXPECT_EQ(settings.web.margin, 12);
  EXPECT_EQ(settings.web.min_gap, 500ms);
  EXPECT_EQ(settings.sources.at(0).margin, 20);
  EXPECT_EQ(settings.sources.at(0).min_gap, 2s);
  EXPECT_EQ(
      ProblemsOf("[web]\nsplit_minutes = 5\nmargn = 1\ntype = stream\n" + TestSource("")),
      "config.ini:2: split_minutes: does not stand in [web]; move it to [general] or a source\n"
      "config.ini:3: unknown key 'margn', did you mean 'margin'?\n"
      "config.ini:4: type: [web] is for the web page; give the source another name");
  ExpectProblem("[general]\nport = 80\n" + TestSource(""), "port: stands in [web] only");
}

TEST(Config, TakesProxiesAndNamesAsLists) {
  const Settings settings =
      Parse("[web]\ntrusted_proxies = 127.0.0.1, fd00::/8\nallowed_hosts = ISR.example other\n" +
            TestSource(""));
  EXPECT_EQ(settings.web.trusted_proxies, (std::vector<std::string>{"127.0.0.1", "fd00::/8"}));
  EXPECT_EQ(settings.web.allowed_hosts, (std::vector<std::string>{"isr.example", "other"}));
  ExpectProblem("[web]\ntrusted_proxies = 10.0.0.0/33\n" + TestSource(""),
                "config.ini:2: trusted_proxies: '10.0.0.0/33' is not an IP address nor a network");
  ExpectProblem("[web]\nallowed_hosts = isr.example:8080\n" + TestSource(""),
                "'isr.example:8080' is not the name of a machine");
}

TEST(Config, ReportsOtherWrongWordsWithTheRightOnes) {
  ExpectProblem(TestSource("retry_backoff = maybe"), "'maybe' is not yes or no");
  ExpectProblem("[web]\nlisten = localhost\n" + TestSource(""), "'localhost' is not an IP address");
  ExpectProblem(Stream("url = http://h/\nformat = wma"),
                "format: 'wma' is not known; use auto, mp3, ogg, aac, flac or opus");
  ExpectProblem(TestSource("format = mp3"), "format: 'mp3' is not known; use wav or flac");
  ExpectProblem(TestSource("bits = 20"), "bits: '20' is not known; use 16, 24 or 32");
  ExpectProblem(TestSource("bits = 16.5"), "bits: '16.5' is not known; use 16, 24 or 32");
  ExpectProblem(TestSource("wave = noise"),
                "wave: 'noise' is not known; use soundscape, sine or silence");
}

TEST(Config, TakesSamplesOf24And32Bits) {
  const Settings settings = Parse("[general]\nbits = 24\nformat = flac\n[a]\ntype = test\n" +
                                  std::string("[b]\ntype = test\nbits = 32\nformat = wav\n"));
  const auto of = [&settings](size_t i) {
    return std::get<TestSettings>(settings.sources.at(i).specific);
  };
  EXPECT_EQ(of(0).bits, 24);
  EXPECT_EQ(of(0).format, "flac");
  EXPECT_EQ(of(1).bits, 32);
  EXPECT_EQ(of(1).format, "wav");
}

TEST(Config, ReportsMoreChannelsThanFlacHolds) {
  EXPECT_EQ(ProblemsOf(TestSource("format = flac\nchannels = 8")), "");
  EXPECT_EQ(ProblemsOf(TestSource("format = wav\nchannels = 9")), "");
  ExpectProblem(TestSource("format = flac\nchannels = 9"),
                "channels: FLAC holds up to 8; use fewer in [a], or 'format = wav'");
}

TEST(Config, KeepsPercentSignsOfAPatternAsTheyAre) {
  const std::string pattern = "{source}/%Y-%m/%-d_%H%M%S_100%%";
  EXPECT_EQ(Parse(TestSource("filename_pattern = " + pattern)).sources.at(0).filename_pattern,
            pattern);
}

TEST(Config, AcceptsAPatternWithoutATime) {
  EXPECT_EQ(ProblemsOf(TestSource("filename_pattern = take..one")), "");
}

TEST(Config, RefusesPatternsThatLeaveTheFolderOrNameNoFile) {
  const auto expect = [](const std::string& pattern, const std::string& problem) {
    ExpectProblem(TestSource("filename_pattern = " + pattern), problem);
  };
  expect("", "is empty");
  expect("/srv/%H", "begins with '/'");
  expect("%Y/", "ends in '/'");
  expect("a/../%H", "has a part '..'");
  expect("a\tb", "holds a tab");
  expect("{sourc}_%H", "has '{sourc}'; the only token is {source}");
  expect("%Q", "has '%Q', which is not a conversion");
  expect("a%n", "has '%n', which is not a conversion");
  expect("100%", "has '%', which is not a conversion");
}

TEST(Config, LetsSourcesInheritFromGeneralAndOverrideIt) {
  const Settings settings = Parse(
      "[a]\ntype = test\n[general]\nsplit_minutes = 10\nmax_retries = 3\n"
      "[b]\ntype = test\nsplit_minutes = 20\nmax_retries =\n");
  EXPECT_EQ(settings.sources.at(0).split, 10min);
  EXPECT_EQ(settings.sources.at(0).max_retries, 3);
  EXPECT_EQ(settings.sources.at(1).split, 20min);
  EXPECT_EQ(settings.sources.at(1).max_retries, 0);
}

TEST(Config, TakesKeysOfSomeTypesInGeneralAsTheirDefault) {
  const Settings settings = Parse(
      "[general]\ntype = test\nsample_rate = 48000\nformat = mp3\nusername = me\n"
      "[a]\nwave = sine\n[b]\ntype = stream\nurl = http://h/\n");
  EXPECT_EQ(TestOf(settings).sample_rate, 48000);
  EXPECT_EQ(TestOf(settings).format, "wav");
  EXPECT_EQ(StreamOf(settings, 1).format, "mp3");
  EXPECT_EQ(StreamOf(settings, 1).username, "me");
}

TEST(Config, ReportsAFaultyDefaultOnceInGeneral) {
  EXPECT_EQ(ProblemsOf("[general]\nformat = xyz\nsplit_minutes = x\n" + TestSource("") +
                       "[b]\ntype = test\n"),
            "config.ini:2: format: 'xyz' is not known; use auto, mp3, ogg, aac, flac, opus or wav\n"
            "config.ini:3: split_minutes: 'x' is not a number; use a number of minutes greater "
            "than 0, up to 1440, and at least 1 second");
}

// ---- Keys, types and names ----------------------------------------------------------------------

TEST(Config, SuggestsTheNearestKnownKey) {
  EXPECT_EQ(ProblemsOf(TestSource("spilt_minutes = 5")),
            "config.ini:3: unknown key 'spilt_minutes', did you mean 'split_minutes'?");
  EXPECT_EQ(ProblemsOf(TestSource("colour = red")),
            "config.ini:3: unknown key 'colour'; remove it");
}

TEST(Config, SaysToWhichTypeOrSectionAKeyBelongs) {
  EXPECT_EQ(ProblemsOf(Stream("url = http://h/\ndevice = default\nsample_rate = 8000\n"
                              "state_directory = x\nport = 80")),
            "config.ini:4: 'device' is for type = soundcard, not stream; remove it\n"
            "config.ini:5: 'sample_rate' is for type = soundcard, desktop, pipewire, pulse or "
            "test, not stream; remove it\n"
            "config.ini:6: state_directory: stands in [general] only; move it there\n"
            "config.ini:7: port: stands in [web] only; move it there");
}

TEST(Config, SuggestsTheTypeThatAKeyTells) {
  EXPECT_EQ(ProblemsOf("[a]\nurl = http://h/\n"),
            "config.ini:1: type: missing in [a]; write 'type = stream'");
  EXPECT_EQ(ProblemsOf("[a]\ndevice = x\n"),
            "config.ini:1: type: missing in [a]; write 'type = soundcard'");
  EXPECT_EQ(ProblemsOf("[a]\nmax_retries = 1\n"),
            "config.ini:1: type: missing in [a]; write 'type = ' and one of stream, soundcard, "
            "desktop, pipewire, pulse or test");
}

TEST(Config, ReportsAnUnknownTypeOnceAndStillChecksTheOtherKeys) {
  EXPECT_EQ(ProblemsOf("[a]\ntype = radio\nurl = http://h/\nchannels = 0\n"),
            "config.ini:2: type: 'radio' is not known; use stream, soundcard, desktop, pipewire, "
            "pulse or test\n"
            "config.ini:4: channels: '0' is out of range; use a whole number of channels from 1 to "
            "32");
}

TEST(Config, NeedsASource) {
  ExpectProblem("[general]\n", "config.ini: no source; add a section such as");
  ExpectProblem("", "config.ini: no source");
}

TEST(Config, RefusesSourceNamesThatCannotBeFolders) {
  for (const std::string name : {".", "..", "a/b", ".hidden", "tab\tbed"}) {
    EXPECT_TRUE(Contains(ProblemsOf("[" + name + "]\ntype = test\n"), "choose another")) << name;
  }
}

TEST(Config, RefusesNamesThatDifferOnlyInCase) {
  EXPECT_EQ(
      ProblemsOf("[Hall]\ntype = test\n[hall]\ntype = test\n"),
      "config.ini:3: [hall] differs from [Hall] in line 1 only in upper and lower case; rename it");
}

TEST(Config, RecognisesAMisspeltGeneralSection) {
  EXPECT_EQ(ProblemsOf("[General]\nlog_file = x\n" + TestSource("")),
            "config.ini:1: [General] is not known; settings for all sources stand in [general]");
}

TEST(Config, ReportsAllProblemsAtOnceWithTheirLines) {
  try {
    Parse("[general]\nlog_level = x\njunk\n[a]\ntype = test\nwave = loud\n[b]\n");
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    std::vector<int> lines;
    for (const Problem& problem : error.Problems()) {
      EXPECT_EQ(problem.file, "config.ini");
      lines.push_back(problem.line);
    }
    EXPECT_EQ(lines, (std::vector<int>{2, 3, 6, 7}));
    EXPECT_EQ(error.Problems()[0].key, "log_level");
    EXPECT_EQ(std::count(error.what(), error.what() + std::strlen(error.what()), '\n'), 3);
  }
}

// ---- Streams and secrets ------------------------------------------------------------------------

TEST(Config, KeepsAHashInsideAPasswordAndAUrl) {
  const Settings settings =
      Parse(Stream("url = http://h/x#part # a comment\npassword = pa#ss;word ; another"));
  EXPECT_EQ(StreamOf(settings).url, "http://h/x#part");
  EXPECT_EQ(StreamOf(settings).password, "pa#ss;word");
}

TEST(Config, MovesUserAndPasswordOutOfTheUrl) {
  const Settings settings = Parse(Stream("url = HTTP://me%40x:p%23w:d@[::1]:8000/live?a=b@c"));
  EXPECT_EQ(StreamOf(settings).url, "HTTP://[::1]:8000/live?a=b@c");
  EXPECT_EQ(StreamOf(settings).username, "me@x");
  EXPECT_EQ(StreamOf(settings).password, "p#w:d");
}

TEST(Config, PrefersTheCredentialsThatStandCloserToTheSource) {
  EXPECT_EQ(StreamOf(Parse(Stream("url = http://u:p@h/\nusername = me"))).username, "me");
  EXPECT_EQ(StreamOf(Parse(Stream("url = http://u:p@h/\nusername = me"))).password, "p");
  EXPECT_EQ(StreamOf(Parse("[general]\nusername = me\n" + Stream("url = http://u:p@h/"))).username,
            "u");
}

TEST(Config, RefusesUrlsThatCannotBeStreams) {
  ExpectProblem(Stream(""), "config.ini:1: url: missing in [a]");
  ExpectProblem(Stream("url ="), "config.ini:1: url: missing in [a]");
  ExpectProblem(Stream("url = ftp://h/x"), "http:// or https://");
  ExpectProblem(Stream("url = \"http://h/x\""), "http:// or https://");
  ExpectProblem(Stream("url = http:///x"), "not a valid address");
  ExpectProblem(Stream("url = http://h:99999/"), "not a valid address");
  ExpectProblem(Stream("url = http://h/a b"), "white space");
}

TEST(Config, NeverShowsASecretInAProblem) {
  for (const std::string line : {"url = http://user:hunter2@/x", "url = http://user:hun%ter2@h/",
                                 "url = http://user:1#hunter2@h/", "url = ftp://user:hunter2@h/",
                                 "password = a\npassword = hunter2", "  hunter2", "hunter2",
                                 "url = http://h/\nformat = http://user:hunter2@h/",
                                 "url = http://h/\npassword = hunter2\npasword = hunter2"}) {
    const std::string problems = ProblemsOf(Stream(line));
    EXPECT_FALSE(problems.empty()) << line;
    EXPECT_FALSE(Contains(problems, "ter2")) << problems;
  }
}

TEST(Config, DescribesTheEffectiveSettingsWithoutSecrets) {
  const std::string text = DescribeSettings(
      Parse("[general]\nsplit_minutes = 0.25\n" + Stream("url = http://user:hunter2@h:1/x")));
  EXPECT_TRUE(Contains(text, "[general]\noutput_directory = /work/dir/recordings\n")) << text;
  EXPECT_TRUE(Contains(
      text,
      "\n[a]\noutput_directory = /work/dir/recordings\ntype = stream\nsplit_minutes = 0.25\n"))
      << text;
  EXPECT_TRUE(Contains(text, "url = http://h:1/x\nusername = user\npassword = ***\n")) << text;
  EXPECT_FALSE(Contains(text, "hunter2"));
}

TEST(Config, DescribesSettingsAsAConfigThatMeansTheSame) {
  const std::string text = DescribeSettings(
      Parse("[general]\nlog_level = error\nlog_file =\nsplit_minutes = 0.35\n" + TestSource("") +
            "[c]\ntype = soundcard\ndevice =#1\n[s]\ntype = stream\nurl = http://h/\n"));
  EXPECT_EQ(DescribeSettings(Parse(text, {"/elsewhere", ""})), text);
}

void ExpectLoadProblem(const std::string& path, const std::string& part) {
  try {
    LoadConfig(path, kEnvironment);
    FAIL() << "loaded " << path;
  } catch (const ConfigError& error) {
    EXPECT_PRED_FORMAT2(testing::IsSubstring, part, error.what());
  }
}

TEST(Config, LoadsAFile) {
  EXPECT_EQ(LoadConfig(ISR_CONFIG_EXAMPLE, kEnvironment).sources.size(), 1U);
}

TEST(Config, SaysWhatToDoAboutAMissingFileOrADirectory) {
  ExpectLoadProblem("/nonexistent/a.ini",
                    "/nonexistent/a.ini: cannot be read (No such file or directory); name a");
  ExpectLoadProblem("/", "is a directory; name a config file");
}

TEST(Config, DoesNotReadAnEndlessFile) {
  ExpectLoadProblem("/dev/zero", "longer than 1024 KiB");
}

// ---- The sample configuration -------------------------------------------------------------------

std::string Example() {
  return ReadWholeFile(ISR_CONFIG_EXAMPLE);
}

/// The example with every commented key and section in force. Prose has a space after its '#'.
std::string UncommentedExample() {
  std::istringstream in(Example());
  std::string out;
  std::string line;
  while (std::getline(in, line)) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    out += (is_setting ? line.substr(1) : line) + "\n";
  }
  return out;
}

TEST(Config, ReplayHasASectionOfItsOwn) {
  const Settings settings = Parse("[replay]\ndirectory = saves\nformat = FLAC\nsanitize = no\n" +
                                  TestSource("format = wav"));
  EXPECT_EQ(settings.replay.directory, "/work/dir/saves");
  EXPECT_EQ(settings.replay.format, "flac");
  EXPECT_FALSE(settings.replay.sanitize);
  EXPECT_EQ(settings.replay.file_template, "%(date)s/%(time)s_%(counter)03d.%(ext)s");
  EXPECT_EQ(Parse(TestSource("")).replay.directory, std::string(g_get_home_dir()) + "/samples");
  EXPECT_EQ(Parse("[replay]\ndirectory = ~user/x\n" + TestSource("")).replay.directory,
            "/work/dir/~user/x");
  EXPECT_EQ(ProblemsOf("[replay]\ntemplate = %(dat)s\ntype = x\nsplit_minutes = 1\ndirektory = x\n"
                       "format = mp3\ntemplate =\n" +
                       TestSource("sanitize = no")),
            "config.ini:2: template: '%(dat)s' has '%(dat)', which is not known; did you mean "
            "'%(date)s'?\n"
            "config.ini:3: type: [replay] is for saved files; give the source another name\n"
            "config.ini:4: split_minutes: does not stand in [replay]; move it to [general] or a "
            "source\n"
            "config.ini:5: unknown key 'direktory', did you mean 'directory'?\n"
            "config.ini:6: format: 'mp3' is not known; use wav, flac or copy\n"
            "config.ini:7: template: stands in line 2 already; remove one\n"
            "config.ini:10: sanitize: stands in [replay] only; move it there");
  ExpectProblem("[replay]\ntemplate =\n" + TestSource(""), "config.ini:2: template: '' is empty");
}

TEST(ConfigExample, RecordsTheSoundscapeAsItStands) {
  const Settings settings = Parse(Example());
  ASSERT_EQ(settings.sources.size(), 1U);
  EXPECT_EQ(settings.sources[0].type, "test");
  EXPECT_EQ(settings.web.port, 8080);
}

TEST(ConfigExample, LoadsWithAllItsCommentedExamplesInForce) {
  const Settings settings = Parse(UncommentedExample());
  ASSERT_EQ(settings.sources.size(), std::variant_size_v<SourceTypeSettings>);
}

TEST(ConfigExample, HasEveryKeyInEachPlaceOfTheSchema) {
  const IniDocument document = ReadIni(UncommentedExample());
  for (const KeyInfo& row : Schema()) {
    const auto has_it = [&row](const IniSection& section) {
      const IniEntry* const type = section.Find("type");
      const auto own = OwnSections();
      const bool is_own = std::any_of(own.begin(), own.end(),
                                      [&](const auto& one) { return one.name == section.name; });
      if (row.binding.Section() != (is_own ? section.name : "")) return false;
      const bool fits = type == nullptr ? row.binding.scope != Binding::Scope::kSomeTypes
                                        : row.FitsType(FindSourceType(type->value)->blank.index());
      return fits && section.Find(row.name) != nullptr;
    };
    EXPECT_TRUE(std::any_of(document.sections.begin(), document.sections.end(), has_it))
        << row.name;
  }
}

TEST(ConfigExample, ShowsTheDefaultsInItsCommentsAndTellsThem) {
  const IniDocument commented = ReadIni(UncommentedExample());
  const IniDocument in_force = ReadIni(Example());
  for (const KeyInfo& row : Schema()) {
    if (row.binding.scope == Binding::Scope::kSomeTypes || row.name == "type") continue;
    const auto section = [&row](const IniDocument& document) -> const IniSection& {
      const std::string_view own = row.binding.Section();
      const auto& all = document.sections;
      return *std::find_if(all.begin(), all.end(), [own](const IniSection& one) {
        return one.name == (own.empty() ? "general" : own);
      });
    };
    if (section(in_force).Find(row.name) == nullptr) {
      EXPECT_EQ(section(commented).Find(row.name)->value, row.default_text) << row.name;
    }
    const std::string told = row.default_text.empty() ? "blank" : row.default_text;
    EXPECT_TRUE(Contains(Example(), "# Default: " + told)) << row.name;
  }
}

}  // namespace
}  // namespace isr
