#include "level/track_seconds.hpp"

#include "level/track_codec.hpp"

namespace isr {

std::vector<TrackPiece> TrackSeconds::SetLevels(std::uint64_t number, const LevelWindow& levels) {
  std::vector<TrackPiece> pieces;
  const std::uint64_t second = number / kWindowsPerSecond;
  Entry* const entry = Find(second);
  if (entry == nullptr) return pieces;
  entry->record.windows[number % kWindowsPerSecond] = levels;
  entry->is_due = true;
  // Of a second that lost its last windows nothing more comes.
  for (auto& [earlier, other] : entries_) {
    if (earlier >= second) break;
    if (other.is_due) Write(earlier, other, pieces);
  }
  if (number % kWindowsPerSecond == kWindowsPerSecond - 1) Write(second, *entry, pieces);
  return pieces;
}

std::vector<TrackPiece> TrackSeconds::SetReached(std::uint64_t second,
                                                 const TrackPosition& position) {
  std::vector<TrackPiece> pieces;
  Entry* const entry = Find(second);
  if (entry == nullptr) return pieces;
  entry->record.reached = position;
  Write(second, *entry, pieces);
  return pieces;
}

std::vector<TrackPiece> TrackSeconds::Finish() {
  std::vector<TrackPiece> pieces;
  for (auto& [second, entry] : entries_) {
    if (entry.is_due) Write(second, entry, pieces);
  }
  return pieces;
}

/// nullptr: older than those that are kept.
TrackSeconds::Entry* TrackSeconds::Find(std::uint64_t second) {
  const std::uint64_t newest = entries_.empty() ? 0 : entries_.rbegin()->first;
  if (second + kKept <= newest) return nullptr;
  Entry& entry = entries_[second];
  if (second > newest && second >= kKept) {
    entries_.erase(entries_.begin(), entries_.upper_bound(second - kKept));
  }
  return &entry;
}

void TrackSeconds::Write(std::uint64_t second, Entry& entry, std::vector<TrackPiece>& pieces) {
  pieces.push_back(EncodeTrackRecord(second, entry.record));
  entry.is_due = false;
}

}  // namespace isr
