#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "disk/disk_writer.hpp"
#include "level/track.hpp"
#include "level/track_log.hpp"
#include "level/track_seconds.hpp"

namespace isr {

/// Writes the track of a file while that is recorded. No call waits for the disk. One thread at a
/// time.
class TrackWriter {
 public:
  /// Begins the track at `path` with the facts of the begin. One that is there is one whose audio
  /// is gone: it is replaced.
  TrackWriter(DiskWriter& disk, const std::string& path, TrackFacts facts);
  /// A track without an end says that its file needs repair.
  ~TrackWriter();

  /// What was heard, from that window of the file on. Missing windows leave what is known of them.
  void Heard(std::uint64_t window, std::span<const LevelWindow> levels);
  /// That place is on the disk; it is the last at or before the end of second `second`.
  void Reached(std::uint64_t second, const TrackPosition& position);
  /// What a full log cannot take is left out.
  void Add(const TrackEvent& event);
  /// The file is complete, and this is what is known of it.
  void End(const Segment& segment);

 private:
  void Write(const std::vector<TrackPiece>& pieces);
  void Write(const TrackPiece& piece) { stream_->Patch(piece.offset, piece.bytes); }

  TrackFacts facts_;
  TrackLog log_;
  TrackSeconds seconds_;
  std::shared_ptr<FileStream> stream_;  // shared with its writer
};

}  // namespace isr
