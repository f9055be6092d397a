#include "level/track_bytes.hpp"

#include <algorithm>

#include "level/track_codec.hpp"

namespace isr {
namespace {

std::span<const std::uint8_t> BytesOf(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void Place(std::string& track, const TrackPiece& piece) {
  const std::size_t end = piece.offset + piece.bytes.size();
  if (track.size() < end) track.resize(end);
  std::copy(piece.bytes.begin(), piece.bytes.end(),
            track.begin() + static_cast<std::ptrdiff_t>(piece.offset));
}

}  // namespace

std::string TrackWithLevels(std::string before, std::span<const LevelWindow> windows) {
  std::string track = std::move(before);
  if (DecodeTrackPreamble(BytesOf(track)) != TrackKind::kTrack) {
    track.clear();
    Place(track, EncodeTrackPreamble());
  }
  for (std::uint64_t second = 0; second * kWindowsPerSecond < windows.size(); ++second) {
    const std::size_t offset = TrackRecordOffset(second);
    TrackRecord record;
    if (offset + kTrackRecordSize <= track.size()) {
      record = DecodeTrackRecord(second, BytesOf(track).subspan(offset)).value_or(record);
    }
    const auto some = windows.subspan(second * kWindowsPerSecond);
    for (std::size_t i = 0; i < std::min(kWindowsPerSecond, some.size()); ++i) {
      if (some[i] != LevelWindow{}) record.windows.at(i) = some[i];
    }
    Place(track, EncodeTrackRecord(second, record));
  }
  return track;
}

}  // namespace isr
