#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/fd.hpp"
#include "level/track.hpp"
#include "level/track_codec.hpp"

namespace isr {

/// Reads the track of a recording, also of one that grows or was cut off anywhere: what is not
/// whole is missing, and nothing else suffers. Every call waits for the disk; none throws: what
/// cannot be read is missing as well. One thread at a time.
class TrackFile {
 public:
  /// Reads the header. `fd`: the open track; one that is not open reads as no track.
  explicit TrackFile(Fd fd);

  /// Nothing below means anything but for TrackKind::kTrack.
  TrackKind Kind() const { return kind_; }

  /// What stood there when the header was read. Nothing: not written yet, or damaged.
  const std::optional<TrackFacts>& Facts() const { return facts_; }
  /// How often the facts were written.
  std::uint32_t FactsSequence() const { return sequence_; }
  const std::vector<TrackEvent>& Events() const { return events_; }

  /// Slots in the file so far, also missing ones: seconds of audio, all but the rest.
  std::uint64_t RecordCount() const;
  /// Of second `second` of the file.
  std::optional<TrackRecord> Record(std::uint64_t second) const;

  /// How many windows the file has: those of a finished one as its frames say, short last one and
  /// missing ones included; of any other up to the last that is there.
  std::uint64_t WindowCount() const;
  /// The levels of windows [first, first + count), as far as there are records of so many: where a
  /// track was cut off, fewer than WindowCount says.
  TrackLevels Levels(std::uint64_t first = 0, std::uint64_t count = UINT64_MAX) const;

  /// The last known place at or before `seconds`, from where to read on to there; the start of the
  /// file before the first. Reads one record, or up to a minute's where some are missing. Nothing:
  /// more than that is missing.
  std::optional<TrackPosition> SeekByTime(double seconds) const;
  /// The last known place of all.
  TrackPosition LastPosition() const;

 private:
  Fd fd_;
  TrackKind kind_ = TrackKind::kNoTrack;
  std::optional<TrackFacts> facts_;
  std::uint32_t sequence_ = 0;
  std::vector<TrackEvent> events_;
};

}  // namespace isr
