#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "model/segment.hpp"

namespace isr {

/// What a source's supervisor is doing.
enum class SourceState {
  kIdle,        ///< not started yet
  kConnecting,  ///< started, no audio yet
  kRecording,   ///< audio arrives and is written
  kStalled,     ///< connected, but nothing arrives
  kFailed,      ///< being torn down after an error
  kWaiting,     ///< until the next try
  kPaused,      ///< by command
  kStopped,     ///< for good
};

/// "recording"
std::string_view ToWord(SourceState state);

/// What a source keeps in memory.
struct MemoryFill {
  double seconds = 0;      ///< of audio
  double capacity = 0;     ///< seconds
  std::size_t bytes = 0;   ///< of audio
  std::size_t memory = 0;  ///< bytes that it takes
};

/// One source as status.json and /api/status show it. No secrets.
struct SourceStatus {
  std::string name;     ///< config section
  std::string type;     ///< "stream", "soundcard", "test"
  std::string target;   ///< what of a sound server, "app:firefox"; empty of other types
  std::string backend;  ///< "pipewire" or "pulse", while one of them is asked; else empty
  std::string format;   ///< of its files, "mp3"
  SourceState state = SourceState::kIdle;
  UtcTime since{};      ///< of this state
  std::string message;  ///< the last trouble and what happens next; empty when all is well
  std::string file;     ///< the growing file's name below the output directory; or empty
  UtcTime file_start{};
  std::int64_t frames = 0;      ///< in the growing file
  int rate = 0;                 ///< frames per second
  int reconnects = 0;           ///< since the daemon started
  std::string title;            ///< that it plays; empty when it does not say
  std::string disk;             ///< why the disk does not take the recording; empty when it does
  std::optional<Gap> last_gap;  ///< since the daemon started
  double replay = 0;            ///< seconds that a save keeps where nobody says
  std::optional<MemoryFill> memory;  ///< of a source that is not recorded
};

}  // namespace isr
