#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "disk/disk_writer.hpp"
#include "level/track.hpp"
#include "level/track_log.hpp"

namespace isr {

/// Writes the track of a file while that is recorded. No call waits for the disk. One thread at a
/// time.
class TrackWriter {
 public:
  /// Begins `analyses/<name>.isr` below the output directory, with the facts of the begin. A track
  /// of that name is one whose audio is gone: it is replaced.
  TrackWriter(DiskWriter& disk, const std::string& output_directory, TrackFacts facts);
  /// A track without an end says that its file needs repair.
  ~TrackWriter();

  /// That place is on the disk; it is the last at or before the end of second `second`.
  void Reached(std::uint64_t second, const TrackPosition& position);
  /// What a full log cannot take is left out.
  void Add(const TrackEvent& event);
  /// The file is complete, and this is what is known of it.
  void End(const Segment& segment);

 private:
  void Write(const TrackPiece& piece) { stream_->Patch(piece.offset, piece.bytes); }

  TrackFacts facts_;
  TrackLog log_;
  std::shared_ptr<FileStream> stream_;  // shared with its writer
};

}  // namespace isr
