#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "model/cause.hpp"

namespace isr {

/// What the machine's clock was worth while a file was recorded.
enum class ClockQuality {
  kSynced,       ///< set by a time server
  kFreeRunning,  ///< nobody sets it
};

/// "synced"
std::string_view ToWord(ClockQuality quality);
std::optional<ClockQuality> ClockQualityFromWord(std::string_view word);

/// One recorded file, or a file of audio that somebody copied into the recordings.
struct Segment {
  std::string name;    ///< path below the output directory, '/' between folders, UTF-8
  std::string source;  ///< the config section that recorded it; empty for a foreign file
  std::string format;  ///< "mp3", "wav", ... : the file name's extension in lower case

  UtcTime start{};                     ///< of the first sample
  std::chrono::seconds utc_offset{0};  ///< local time - UTC at `start`

  int rate = 0;  ///< frames per second; 0 while not known
  std::int64_t frames =
      0;  ///< sample frames (one per channel); so far, while growing; 0 = not known
  std::int64_t bytes = 0;  ///< size of the file; so far, while growing

  Cause began = Cause::kStart;
  std::optional<Cause> ended;  ///< none while growing, when it was left unfinished, and for foreign
                               ///< files
  bool growing = false;

  std::optional<ClockQuality> clock;  ///< none for foreign files
  std::optional<double> ppm;  ///< how much faster than nominal the source ran; none while not known

  /// Seconds; 0 while not known.
  double Duration() const { return rate > 0 ? static_cast<double>(frames) / rate : 0.0; }
};

/// Audio that should be there and is not.
struct Gap {
  std::string source;
  UtcTime start{};
  UtcTime end{};
  Cause cause = Cause::kReconnect;
};

/// What a stream said it was playing.
struct Title {
  UtcTime time{};    ///< from here on
  std::string text;  ///< UTF-8
  std::string raw;   ///< the bytes as they were sent
};

}  // namespace isr
