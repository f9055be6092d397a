#include "model/source_status.hpp"

namespace isr {

std::string_view ToWord(SourceState state) {
  switch (state) {
    case SourceState::kIdle:
      return "idle";
    case SourceState::kConnecting:
      return "connecting";
    case SourceState::kRecording:
      return "recording";
    case SourceState::kStalled:
      return "stalled";
    case SourceState::kFailed:
      return "failed";
    case SourceState::kWaiting:
      return "waiting";
    case SourceState::kPaused:
      return "paused";
    case SourceState::kStopped:
      return "stopped";
  }
  return "unknown";
}

}  // namespace isr
