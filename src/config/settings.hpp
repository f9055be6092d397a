#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "glib/log.hpp"

namespace isr {

/// `type = stream`: an Icecast or HTTP stream, recorded as it comes.
struct StreamSettings {
  std::string url;         ///< http or https, without user and password
  std::string username;    ///< empty: no authentication
  std::string password;    ///< secret
  bool tls_verify = true;  ///< of https: the certificate must be valid
  std::string format;      ///< "auto", "mp3", "ogg", "aac", "flac" or "opus"

  bool operator==(const StreamSettings&) const = default;
};

/// `type = soundcard`: an ALSA PCM.
struct SoundcardSettings {
  std::string device;  ///< any ALSA PCM name, or a part of a card's name
  int sample_rate = 44100;
  int channels = 2;
  int bits = 16;       ///< of a sample: 16, 24 or 32
  std::string format;  ///< "wav" or "flac"

  bool operator==(const SoundcardSettings&) const = default;
};

/// `type = test`: a built-in generator.
struct TestSettings {
  std::string wave;  ///< "soundscape", "sine" or "silence"
  int sample_rate = 44100;
  int channels = 2;
  int bits = 16;       ///< of a sample: 16, 24 or 32
  std::string format;  ///< "wav" or "flac"

  bool operator==(const TestSettings&) const = default;
};

/// `type = desktop`, `pipewire` or `pulse`: what a sound server plays or hears.
struct DesktopSettings {
  std::string source;  ///< "system", "input", "app:firefox" or the name of a node
  int sample_rate = 48000;
  int channels = 2;
  int bits = 16;       ///< of a sample: 16, 24 or 32
  std::string format;  ///< "wav" or "flac"

  bool operator==(const DesktopSettings&) const = default;
};

using SourceTypeSettings =
    std::variant<StreamSettings, SoundcardSettings, DesktopSettings, TestSettings>;

/// One section but [general]: what is inherited from there, and what its type needs.
struct SourceSettings {
  std::string name;  ///< the section's name
  std::string type;  ///< "stream", "soundcard", "desktop", ...
  SourceTypeSettings specific;

  std::string output_directory;       ///< absolute; see RootsOf for those outside the general one
  std::chrono::microseconds split{};  ///< length of a file; boundaries count from local midnight
  std::string filename_pattern;       ///< strftime, and {source}; may hold '/'
  int max_retries = 0;                ///< in a row; 0 = never give up
  std::chrono::milliseconds retry_delay{};
  bool retry_backoff = true;            ///< double the delay up to 60 s
  bool analyse = true;                  ///< measure levels
  std::string detector;                 ///< "adaptive" or "percentile"
  double margin = 0;                    ///< dB over the noise floor that make an event
  std::chrono::milliseconds min_gap{};  ///< events closer than this are one
  std::chrono::milliseconds stall{};    ///< no data for this long counts as failed
  std::chrono::milliseconds sync{};     ///< what a power cut may cost
  bool record = true;                   ///< into files; else only the memory holds what comes
  std::chrono::milliseconds replay{};   ///< isr save keeps so much, where it does not say
  std::chrono::milliseconds post{};     ///< the same, of what is to come
  std::string replay_format;            ///< of PCM in memory: "pcm" or "flac"

  bool operator==(const SourceSettings&) const = default;
};

/// [web]: the page and the API.
struct WebSettings {
  std::vector<std::string> listen;  ///< IP addresses; empty: all of this machine
  int port = 8080;                  ///< 0 = no HTTP
  double margin = 0;                ///< where a request does not say; as in SourceSettings
  std::chrono::milliseconds min_gap{};
  std::vector<std::string> trusted_proxies;  ///< addresses, or networks as "10.0.0.0/8"
  std::vector<std::string> allowed_hosts;    ///< names besides this machine's own; lower case
  std::string tls_certificate;               ///< absolute; empty: no TLS
  std::string tls_key;                       ///< absolute; empty: in the certificate's file

  bool operator==(const WebSettings&) const = default;
};

/// [replay]: the files that `isr save` makes.
struct ReplaySettings {
  std::string directory;      ///< absolute
  std::string file_template;  ///< see SaveTemplate
  std::string format;         ///< of what is PCM: "wav", "flac" or, as it was recorded, "copy"
  bool sanitize = true;       ///< names that can be made on FAT and NTFS as well

  bool operator==(const ReplaySettings&) const = default;
};

/// [button]: a key of an input device, which saves as `isr save` does.
struct ButtonSettings {
  std::string device;  ///< absolute path; empty: no button
  std::string key;     ///< a name that InputKeyCode knows
  std::string source;  ///< that is saved; or "all"

  bool operator==(const ButtonSettings&) const = default;
};

/// [hotkey]: a key that saves from anywhere on the desktop; isr-tray binds it.
struct HotkeySettings {
  std::string binding;  ///< "<ctrl>+<shift>+s"; empty: none

  bool operator==(const HotkeySettings&) const = default;
};

/// [notifications]: what the person at this desktop is told.
struct NotificationSettings {
  bool enabled = false;
  std::string sound;  ///< of the sound theme, or the absolute path of a file; empty: none

  bool operator==(const NotificationSettings&) const = default;
};

/// [live]: what those hear who listen to a source now.
struct LiveSettings {
  std::string codec;                 ///< "opus", "pcmu", "pcma" or "g722"
  int bitrate = 0;                   ///< of Opus, bits per second
  int opus_max_average_bitrate = 0;  ///< that a listener may ask for, bits per second
  int opus_max_playback_rate = 0;    ///< frames per second
  bool opus_cbr = false;
  bool opus_inband_fec = false;
  bool opus_dtx = false;
  bool stereo = false;
  int max_listeners = 0;    ///< of all sources
  int first_udp_port = 0;   ///< of isr-live; 0: any
  int last_udp_port = 0;    ///< likewise
  std::string stun_server;  ///< stun://HOST:PORT, or empty
  std::string turn_server;  ///< turn://USER:PASSWORD@HOST:PORT, or empty; secret

  bool operator==(const LiveSettings&) const = default;
};

struct Settings {
  std::string output_directory;  ///< absolute
  std::string state_directory;   ///< absolute; where the catalogue lies
  LogLevel log_level = LogLevel::kInfo;
  std::string log_file;  ///< absolute; empty = stderr only
  WebSettings web;
  ReplaySettings replay;
  LiveSettings live;
  ButtonSettings button;
  HotkeySettings hotkey;
  NotificationSettings notifications;
  std::vector<SourceSettings> sources;

  bool operator==(const Settings&) const = default;
};

}  // namespace isr
