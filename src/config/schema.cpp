#include "config/schema.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace isr {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const std::vector<std::string> kLevelWords{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};

const std::array<SourceType, 6> kTypes{{
    {"stream", StreamSettings{}, "url"},
    {"soundcard", SoundcardSettings{}, "device"},
    {"desktop", DesktopSettings{}, "source"},
    {"pipewire", DesktopSettings{}, "source"},
    {"pulse", DesktopSettings{}, "source"},
    {"test", TestSettings{}, "wave"},
}};

constexpr std::array<OwnSectionInfo, 6> kOwnSections{{{"web", "for the web page"},
                                                      {"replay", "for saved files"},
                                                      {"live", "for those who listen"},
                                                      {"button", "for a button"},
                                                      {"hotkey", "for keys"},
                                                      {"notifications", "for notifications"}}};

std::vector<std::string> TypeWords() {
  std::vector<std::string> words;
  words.reserve(kTypes.size());
  for (const SourceType& type : kTypes) words.push_back(type.word);
  return words;
}

const Range kMargin{1, 60, "decibels"};
const Range kSampleRates{4000, 384000, "frames per second"};
const Range kOpusBitrates{6000, 510000, "bits per second"};
const Range kUdpPorts{0, 65535};
const Range kMinGap{0, 3600, "seconds"};

const std::vector<KeyInfo> kKeys{
    // [general] only
    {.name = "output_directory",
     .kind = KeyKind::kPath,
     .default_text = "recordings",
     .help = "Folder of the recordings; a relative one is below the working directory.",
     .binding = InBoth<&Settings::output_directory, &SourceSettings::output_directory>()},
    {.name = "state_directory",
     .kind = KeyKind::kPath,
     .default_text = "",
     .help = "Folder of the catalogue; blank for $STATE_DIRECTORY, else .isr in output_directory.",
     .binding = In<&Settings::state_directory>()},
    {.name = "log_level",
     .kind = KeyKind::kChoice,
     .default_text = "INFO",
     .help = "The least important messages that are logged.",
     .binding = In<&Settings::log_level>(),
     .words = kLevelWords},
    {.name = "log_file",
     .kind = KeyKind::kPath,
     .default_text = "recorder.log",
     .help = "File that gets the log besides stderr; blank for none.",
     .binding = In<&Settings::log_file>(),
     .blank = Blank::kEmpty},

    // [web]
    {.name = "listen",
     .kind = KeyKind::kAddresses,
     .default_text = "",
     .help = "IP addresses on which the web page is served; blank for all of this machine.",
     .binding = In<&WebSettings::listen>(),
     .blank = Blank::kEmpty},
    {.name = "port",
     .kind = KeyKind::kInteger,
     .default_text = "8080",
     .help = "TCP port of the web page; 0 for no web page.",
     .binding = In<&WebSettings::port>(),
     .range = {0, 65535}},
    {.name = "margin",
     .kind = KeyKind::kNumber,
     .default_text = "12",
     .help = "Decibels over the noise floor that make an event, where nobody says otherwise.",
     .binding = In<&WebSettings::margin>(),
     .range = kMargin},
    {.name = "min_gap",
     .kind = KeyKind::kNumber,
     .default_text = "2",
     .help = "Events that are fewer seconds apart are one, where nobody says otherwise.",
     .binding = InUnits<seconds, &WebSettings::min_gap>(),
     .range = kMinGap},
    {.name = "trusted_proxies",
     .kind = KeyKind::kNetworks,
     .default_text = "",
     .help = "Addresses or networks of proxies that say whom they ask for.",
     .binding = In<&WebSettings::trusted_proxies>()},
    {.name = "allowed_hosts",
     .kind = KeyKind::kHosts,
     .default_text = "",
     .help = "Names under which this machine is called, besides its own.",
     .binding = In<&WebSettings::allowed_hosts>()},
    {.name = "tls_certificate",
     .kind = KeyKind::kFile,
     .default_text = "",
     .help = "PEM file with the certificate, and those between it and its root; blank for no TLS.",
     .binding = In<&WebSettings::tls_certificate>()},
    {.name = "tls_key",
     .kind = KeyKind::kFile,
     .default_text = "",
     .help = "PEM file with the certificate's private key; blank when it is in the same file.",
     .binding = In<&WebSettings::tls_key>()},

    // [replay]
    {.name = "directory",
     .kind = KeyKind::kPath,
     .default_text = "~/samples",
     .help = "Folder for what isr save keeps; it must be there.",
     .binding = In<&ReplaySettings::directory>()},
    {.name = "template",
     .kind = KeyKind::kTemplate,
     .default_text = "%(date)s/%(time)s_%(counter)03d.%(ext)s",
     .help = "Name of a saved file, with tokens such as %(label|untitled)s; '/' makes folders.",
     .binding = In<&ReplaySettings::file_template>(),
     .blank = Blank::kProblem},
    {.name = "format",
     .kind = KeyKind::kChoice,
     .default_text = "wav",
     .help = "Format of saved files, where the source is no stream; copy is that of the recording.",
     .binding = In<&ReplaySettings::format>(),
     .words = {"wav", "flac", "copy"}},
    {.name = "sanitize",
     .kind = KeyKind::kYesNo,
     .default_text = "yes",
     .help = "Whether names leave out what file systems such as FAT and NTFS do not take.",
     .binding = In<&ReplaySettings::sanitize>()},

    // [live]
    {.name = "codec",
     .kind = KeyKind::kChoice,
     .default_text = "opus",
     .help = "What is sent to those who listen over WebRTC and do not ask for another one.",
     .binding = In<&LiveSettings::codec>(),
     .words = {"opus", "pcmu", "pcma", "g722"}},
    {.name = "bitrate",
     .kind = KeyKind::kInteger,
     .default_text = "96000",
     .help = "Bits per second of Opus.",
     .binding = In<&LiveSettings::bitrate>(),
     .range = kOpusBitrates},
    {.name = "opus_max_average_bitrate",
     .kind = KeyKind::kInteger,
     .default_text = "256000",
     .help = "The most bits per second that a listener may ask for.",
     .binding = In<&LiveSettings::opus_max_average_bitrate>(),
     .range = kOpusBitrates},
    {.name = "opus_max_playback_rate",
     .kind = KeyKind::kInteger,
     .default_text = "48000",
     .help = "Frames per second of Opus; less is less treble.",
     .binding = In<&LiveSettings::opus_max_playback_rate>(),
     .words = {"8000", "12000", "16000", "24000", "48000"}},
    {.name = "opus_cbr",
     .kind = KeyKind::kYesNo,
     .default_text = "no",
     .help = "Whether each packet of Opus has as many bits.",
     .binding = In<&LiveSettings::opus_cbr>()},
    {.name = "opus_inband_fec",
     .kind = KeyKind::kYesNo,
     .default_text = "yes",
     .help = "Whether packets of Opus repeat, coarsely, what was in the one before.",
     .binding = In<&LiveSettings::opus_inband_fec>()},
    {.name = "opus_dtx",
     .kind = KeyKind::kYesNo,
     .default_text = "no",
     .help = "Whether nothing is sent while it is quiet; that cuts quiet ambience.",
     .binding = In<&LiveSettings::opus_dtx>()},
    {.name = "stereo",
     .kind = KeyKind::kYesNo,
     .default_text = "yes",
     .help = "Whether Opus has two channels, rather than a mix of them.",
     .binding = In<&LiveSettings::stereo>()},
    {.name = "max_listeners",
     .kind = KeyKind::kInteger,
     .default_text = "20",
     .help = "How many may listen over WebRTC at once, to all sources together; 0 for nobody.",
     .binding = In<&LiveSettings::max_listeners>(),
     .range = {0, 1000}},
    {.name = "first_udp_port",
     .kind = KeyKind::kInteger,
     .default_text = "0",
     .help = "The first of the UDP ports from which listeners get their audio; 0 for any.",
     .binding = In<&LiveSettings::first_udp_port>(),
     .range = kUdpPorts},
    {.name = "last_udp_port",
     .kind = KeyKind::kInteger,
     .default_text = "0",
     .help = "The last of them; each listener takes up to four; 0 for any.",
     .binding = In<&LiveSettings::last_udp_port>(),
     .range = kUdpPorts},
    {.name = "stun_server",
     .kind = KeyKind::kText,
     .default_text = "",
     .help = "STUN server as stun://HOST:PORT, for listeners beyond a router; blank for none.",
     .binding = In<&LiveSettings::stun_server>()},
    {.name = "turn_server",
     .kind = KeyKind::kSecret,
     .default_text = "",
     .help = "TURN server as turn://USER:PASSWORD@HOST:PORT; blank for none.",
     .binding = In<&LiveSettings::turn_server>()},

    // [button]
    {.name = "device",
     .kind = KeyKind::kPath,
     .default_text = "",
     .help = "Input device with a button that saves as isr save does; blank for none.",
     .binding = In<&ButtonSettings::device>()},
    {.name = "key",
     .kind = KeyKind::kInputKey,
     .default_text = "KEY_RECORD",
     .help = "The button's name in linux/input-event-codes.h.",
     .binding = In<&ButtonSettings::key>()},
    {.name = "source",
     .kind = KeyKind::kText,
     .default_text = "all",
     .help = "The source that it saves, or all.",
     .binding = In<&ButtonSettings::source>()},

    // [hotkey]
    {.name = "binding",
     .kind = KeyKind::kText,
     .default_text = "",
     .help = "Keys that save from anywhere on the desktop while isr-tray runs; blank for none.",
     .binding = In<&HotkeySettings::binding>()},

    // [notifications]
    {.name = "enabled",
     .kind = KeyKind::kYesNo,
     .default_text = "no",
     .help = "Whether the desktop tells of each saved file.",
     .binding = In<&NotificationSettings::enabled>()},
    {.name = "sound",
     .kind = KeyKind::kText,
     .default_text = "camera-shutter",
     .help = "What is heard then: a sound of the theme, or the absolute path of a file; blank for "
             "none.",
     .binding = In<&NotificationSettings::sound>(),
     .blank = Blank::kEmpty},

    // any source
    {.name = "type",
     .kind = KeyKind::kChoice,
     .help = "What the source is.",
     .binding = In<&SourceSettings::type>(),
     .words = TypeWords(),
     .required_example = "stream"},
    {.name = "split_minutes",
     .kind = KeyKind::kNumber,
     .default_text = "60",
     .help = "Length of a file in minutes, fractions allowed; counted from local midnight.",
     .binding = InUnits<minutes, &SourceSettings::split>(),
     .range = {1.0 / 60, 24 * 60, "minutes", "greater than 0, up to 1440, and at least 1 second"}},
    {.name = "filename_pattern",
     .kind = KeyKind::kPattern,
     .default_text = "%Y%m%d_%H%M%S",
     .help = "Name of a file without its ending: strftime and {source}; '/' makes folders.",
     .binding = In<&SourceSettings::filename_pattern>(),
     .blank = Blank::kProblem},
    {.name = "max_retries",
     .kind = KeyKind::kInteger,
     .default_text = "0",
     .help = "Failed tries in a row before the source is given up; 0 for never.",
     .binding = In<&SourceSettings::max_retries>(),
     .range = {0, 1000000}},
    {.name = "retry_delay_seconds",
     .kind = KeyKind::kNumber,
     .default_text = "5",
     .help = "Seconds before the first retry, fractions allowed.",
     .binding = InUnits<seconds, &SourceSettings::retry_delay>(),
     .range = {0.1, 3600, "seconds"}},
    {.name = "retry_backoff",
     .kind = KeyKind::kYesNo,
     .default_text = "yes",
     .help = "Whether the delay doubles with each retry, up to 60 seconds.",
     .binding = In<&SourceSettings::retry_backoff>()},
    {.name = "stall_seconds",
     .kind = KeyKind::kNumber,
     .default_text = "15",
     .help = "Seconds without any data after which a source counts as failed.",
     .binding = InUnits<seconds, &SourceSettings::stall>(),
     .range = {1, 3600, "seconds"}},

    {.name = "sync_seconds",
     .kind = KeyKind::kNumber,
     .default_text = "5",
     .help = "Seconds of audio that a power cut may cost.",
     .binding = InUnits<seconds, &SourceSettings::sync>(),
     .range = {1, 3600, "seconds"}},

    {.name = "record",
     .kind = KeyKind::kYesNo,
     .default_text = "yes",
     .help = "Whether files are written; without, only replay_seconds of it are in memory.",
     .binding = In<&SourceSettings::record>()},
    {.name = "replay_seconds",
     .kind = KeyKind::kNumber,
     .default_text = "0",
     .help = "Seconds that isr save keeps where it does not say; 0 for 60, and for no memory.",
     .binding = InUnits<seconds, &SourceSettings::replay>(),
     .range = {0, 3600, "seconds"}},
    {.name = "post_seconds",
     .kind = KeyKind::kNumber,
     .default_text = "0",
     .help = "Seconds that isr save waits for and keeps as well where it does not say.",
     .binding = InUnits<seconds, &SourceSettings::post>(),
     .range = {0, 3600, "seconds"}},
    {.name = "replay_format",
     .kind = KeyKind::kChoice,
     .default_text = "pcm",
     .help = "What sound cards and the like are in memory, without record: pcm, or flac.",
     .binding = In<&SourceSettings::replay_format>(),
     .words = {"pcm", "flac"}},

    {.name = "analyse",
     .kind = KeyKind::kYesNo,
     .default_text = "yes",
     .help = "Whether levels are measured; only from them a day can be reviewed.",
     .binding = In<&SourceSettings::analyse>()},
    {.name = "detector",
     .kind = KeyKind::kChoice,
     .default_text = "adaptive",
     .help = "How the noise floor is found: it follows the background, or each half minute's own.",
     .binding = In<&SourceSettings::detector>(),
     .words = {"adaptive", "percentile"}},
    {.name = "margin",
     .kind = KeyKind::kNumber,
     .default_text = "12",
     .help = "Decibels over the noise floor that make an event.",
     .binding = In<&SourceSettings::margin>(),
     .range = kMargin},
    {.name = "min_gap",
     .kind = KeyKind::kNumber,
     .default_text = "2",
     .help = "Events that are fewer seconds apart are one; fractions allowed.",
     .binding = InUnits<seconds, &SourceSettings::min_gap>(),
     .range = kMinGap},

    // some types
    {.name = "url",
     .kind = KeyKind::kUrl,
     .help = "Where the stream is, or a playlist (.m3u, .pls) of it; http or https.",
     .binding = In<&StreamSettings::url>(),
     .required_example = "http://radio.example:8000/live.mp3"},
    {.name = "username",
     .kind = KeyKind::kText,
     .help = "User name, where the server asks for one.",
     .binding = In<&StreamSettings::username>()},
    {.name = "password",
     .kind = KeyKind::kSecret,
     .help = "Password, where the server asks for one.",
     .binding = In<&StreamSettings::password>()},
    {.name = "tls_verify",
     .kind = KeyKind::kYesNo,
     .default_text = "yes",
     .help = "Whether an https server's certificate must be valid.",
     .binding = In<&StreamSettings::tls_verify>()},
    {.name = "format",
     .kind = KeyKind::kChoice,
     .default_text = "auto",
     .help = "What the stream holds; it is written as it comes.",
     .binding = In<&StreamSettings::format>(),
     .words = {"auto", "mp3", "ogg", "aac", "flac", "opus"}},
    {.name = "device",
     .kind = KeyKind::kText,
     .default_text = "default",
     .help = "Any ALSA PCM name, or a part of a card's name.",
     .binding = In<&SoundcardSettings::device>()},
    {.name = "source",
     .kind = KeyKind::kText,
     .default_text = "system",
     .help = "What is recorded: system (what is played), input, app:NAME or the name of a source.",
     .binding = In<&DesktopSettings::source>()},
    {.name = "wave",
     .kind = KeyKind::kChoice,
     .default_text = "soundscape",
     .help = "What the generator plays.",
     .binding = In<&TestSettings::wave>(),
     .words = {"soundscape", "sine", "silence"}},
    {.name = "sample_rate",
     .kind = KeyKind::kInteger,
     .default_text = "44100",
     .help = "Frames per second.",
     .binding = In<&SoundcardSettings::sample_rate, &TestSettings::sample_rate>(),
     .range = kSampleRates},
    {.name = "sample_rate",
     .kind = KeyKind::kInteger,
     .default_text = "48000",
     .help = "Frames per second.",
     .binding = In<&DesktopSettings::sample_rate>(),
     .range = kSampleRates},
    {.name = "channels",
     .kind = KeyKind::kInteger,
     .default_text = "2",
     .help = "Number of channels.",
     .binding =
         In<&SoundcardSettings::channels, &DesktopSettings::channels, &TestSettings::channels>(),
     .range = {1, 32, "channels"}},
    {.name = "bits",
     .kind = KeyKind::kInteger,
     .default_text = "16",
     .help = "Bits of a sample.",
     .binding = In<&SoundcardSettings::bits, &DesktopSettings::bits, &TestSettings::bits>(),
     .words = {"16", "24", "32"}},
    {.name = "format",
     .kind = KeyKind::kChoice,
     .default_text = "wav",
     .help = "Format of the files.",
     .binding = In<&SoundcardSettings::format, &DesktopSettings::format, &TestSettings::format>(),
     .words = {"wav", "flac"}},
};

}  // namespace

std::span<const KeyInfo> Schema() {
  return kKeys;
}

std::vector<const KeyInfo*> RowsNamed(std::string_view name) {
  std::vector<const KeyInfo*> rows;
  for (const KeyInfo& row : kKeys) {
    if (row.name == name && row.binding.Section().empty()) rows.push_back(&row);
  }
  return rows;
}

const KeyInfo* RowIn(std::string_view section, std::string_view name) {
  for (const KeyInfo& row : kKeys) {
    if (row.name == name && row.binding.Section() == section) return &row;
  }
  return nullptr;
}

std::span<const OwnSectionInfo> OwnSections() {
  return kOwnSections;
}

std::span<const SourceType> SourceTypes() {
  return kTypes;
}

const SourceType* FindSourceType(std::string_view word) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(), [word](const SourceType& type) {
    return type.word == LowerCase(word);
  });
  return found == kTypes.end() ? nullptr : &*found;
}

std::string TypesWith(std::string_view key) {
  std::vector<std::string> words;
  for (const SourceType& type : kTypes) {
    const auto rows = RowsNamed(key);
    const auto fits = [&type](const KeyInfo* row) { return row->FitsType(type.blank.index()); };
    if (std::any_of(rows.begin(), rows.end(), fits)) words.push_back(type.word);
  }
  return JoinWords(words);
}

std::string JoinWords(std::span<const std::string> words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string JoinedWords(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string ToWord(LogLevel level) {
  return kLevelWords[static_cast<size_t>(level)];
}

}  // namespace isr
