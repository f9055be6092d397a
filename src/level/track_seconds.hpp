#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "level/track.hpp"

namespace isr {

/// The records of a track that is being written. A second's levels and its place in the file come
/// at different times, and each record is written whole: this keeps what is known of the last
/// seconds. One thread at a time.
class TrackSeconds {
 public:
  /// Seconds that are kept. What comes later for an older one is left out.
  static constexpr std::uint64_t kKept = 600;

  /// The levels of window `number` of the file. The bytes to write, once a second has its last
  /// window or is behind the one that comes.
  std::vector<TrackPiece> SetLevels(std::uint64_t number, const LevelWindow& levels);
  /// The place that second `second` reaches. Its bytes.
  std::vector<TrackPiece> SetReached(std::uint64_t second, const TrackPosition& position);
  /// Nothing comes any more: the seconds that still have something to be written.
  std::vector<TrackPiece> Finish();

 private:
  struct Entry {
    TrackRecord record;
    bool is_due = false;  ///< there is something that was not written
  };

  Entry* Find(std::uint64_t second);
  static void Write(std::uint64_t second, Entry& entry, std::vector<TrackPiece>& pieces);

  std::map<std::uint64_t, Entry> entries_;  ///< by second
};

}  // namespace isr
