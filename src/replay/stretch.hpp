#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/segment.hpp"

namespace isr {

/// Sample frames of one recording.
struct RecordedPiece {
  Segment segment;
  std::uint64_t first = 0;
  std::uint64_t count = 0;  ///< > 0
};

/// Audio that is missing between two samples of a stretch.
struct MissingAudio {
  double at = 0;       ///< seconds of the stretch's audio before it
  double seconds = 0;  ///< that are missing
  Cause cause = Cause::kReconnect;
};

/// The audio of one source in a time.
struct RecordedStretch {
  std::vector<RecordedPiece> pieces;  ///< oldest first
  std::vector<MissingAudio> missing;  ///< oldest first
  UtcTime start{};                    ///< of the first sample
  std::uint64_t frames = 0;
  int rate = 0;
  bool other_format = false;  ///< what was recorded before is of another one, and left out
};

/// What of `segments` lies in the `seconds` before `end`. The audio of the last one ends at
/// `last_end` by what is known now; from there all is counted back in frames, so that neither what
/// was learnt of the clock since a file began nor its drift tears files apart. Where the ledger has
/// a gap, it takes its time. `segments` are of one source, oldest first, with frames and a rate.
RecordedStretch FindStretch(std::span<const Segment> segments, std::span<const Gap> gaps,
                            UtcTime last_end, UtcTime end, double seconds);

/// Leaves out the pieces before that one, because what it holds does not go with them.
void DropBefore(RecordedStretch& stretch, size_t piece);

}  // namespace isr
