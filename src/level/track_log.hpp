#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "level/track.hpp"

namespace isr {

// The log of a track: entries behind each other in its header, each u8 type, u8 0, u16 length of
// the payload, u32 CRC-32 of the entry's offset in the file (u32), these four bytes and the
// payload, then the payload. It ends where an entry is not whole. Types that are not known are
// passed over.

/// Adds entries to the log of a track.
class TrackLog {
 public:
  /// Of a new track.
  TrackLog() = default;

  /// Where the next entry goes and its bytes. Nothing when the log is full: some 500 titles fit. A
  /// title's texts are cut at 4080 bytes, the longest that ICY can send.
  std::optional<TrackPiece> Append(const TrackEvent& event);

 private:
  std::size_t used_ = 0;
};

/// The events in a header, in the order in which they were added. `source`: what their gaps are of.
std::vector<TrackEvent> DecodeTrackLog(std::span<const std::uint8_t> header,
                                       const std::string& source);

}  // namespace isr
