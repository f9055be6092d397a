// The first byte says what the others are: a track as it is, or pieces of one, which then get the
// checksums that make the reader look at them.

#include <algorithm>
#include <span>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "level/crc32.hpp"
#include "level/packing.hpp"
#include "level/track_file.hpp"
#include "level/track_log.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using isr::Check;
using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

constexpr std::size_t kFactsOffset = 4096;

void Put(Bytes& track, std::size_t offset, View bytes) {
  track.resize(std::max(track.size(), offset + bytes.size()));
  std::copy(bytes.begin(), bytes.end(), track.begin() + static_cast<std::ptrdiff_t>(offset));
}

void PutFacts(Bytes& track, View payload) {
  payload = payload.first(std::min<std::size_t>(payload.size(), 6000));
  isr::Packer packer;
  packer.Put(static_cast<std::uint32_t>(payload.size())).Put(std::uint32_t{1});
  packer.Put(isr::Crc32(payload, isr::Crc32(packer.View())));
  Put(track, kFactsOffset, packer.View());
  Put(track, kFactsOffset + 12, payload);
}

/// Entries of a type, a length and that many bytes.
void PutLog(Bytes& track, View entries) {
  std::size_t offset = isr::kTrackLogOffset;
  while (entries.size() >= 2 && offset + 300 < isr::kTrackHeaderSize) {
    const View payload = entries.subspan(2, std::min<std::size_t>(entries[1], entries.size() - 2));
    isr::Packer head;
    head.Put(entries[0]).Put(std::uint8_t{0}).Put(static_cast<std::uint16_t>(payload.size()));
    const auto place = static_cast<std::uint32_t>(offset);
    head.Put(
        isr::Crc32(payload, isr::Crc32(head.View(), isr::Crc32(isr::Packer().Put(place).View()))));
    Put(track, offset, head.View());
    Put(track, offset + 8, payload);
    offset += 8 + payload.size();
    entries = entries.subspan(2 + payload.size());
  }
}

void PutRecords(Bytes& track, View content) {
  constexpr std::size_t kContent = isr::kTrackRecordSize - 4;
  for (std::uint64_t second = 0; content.size() >= kContent; ++second) {
    const View record = content.first(kContent);
    Put(track, isr::TrackRecordOffset(second), record);
    const auto checksum = isr::Crc32(record, isr::Crc32(isr::Packer().Put(second).View()));
    Put(track, isr::TrackRecordOffset(second) + kContent, isr::Packer().Put(checksum).View());
    content = content.subspan(kContent);
  }
}

Bytes MakeTrack(View input) {
  if (input.empty()) return {};
  const View rest = input.subspan(1);
  Bytes track = isr::EncodeTrackPreamble().bytes;
  switch (input[0]) {
    case 'f':
      PutFacts(track, rest);
      break;
    case 'l':
      PutLog(track, rest);
      break;
    case 'r':
      PutRecords(track, rest);
      break;
    default:
      return {rest.begin(), rest.end()};
  }
  return track;
}

void CheckRecords(const isr::TrackFile& track) {
  const std::uint64_t count = std::min<std::uint64_t>(track.RecordCount(), 100);
  const isr::TrackLevels levels = track.Levels(0, count * isr::kWindowsPerSecond);
  Check(levels.Size() <= track.RecordCount() * isr::kWindowsPerSecond, "levels come from records");
  Check(levels.detection.size() == levels.Size() && levels.peak.size() == levels.Size(),
        "the arrays are of one length");
  for (std::uint64_t second = 0; second < count; ++second) {
    const auto record = track.Record(second);
    for (std::size_t i = 0; i < isr::kWindowsPerSecond; ++i) {
      const std::size_t window = second * isr::kWindowsPerSecond + i;
      if (window >= levels.Size()) break;
      const isr::LevelWindow expected = record ? record->windows[i] : isr::LevelWindow{};
      const isr::LevelWindow got{levels.rms[window], levels.detection[window], levels.peak[window]};
      Check(got == expected, "arrays and records say the same");
    }
    if (!record) continue;
    const isr::TrackPiece again = isr::EncodeTrackRecord(second, *record);
    Check(isr::DecodeTrackRecord(second, again.bytes) == record, "a record survives being written");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes = MakeTrack({data, size});
  isr::Fd file(::memfd_create("fuzz", MFD_CLOEXEC));
  Check(::pwrite(file.Get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
        "the file is written");
  const isr::TrackFile track(std::move(file));
  CheckRecords(track);
  for (const double seconds : {-1.0, 0.0, 0.5, 3.0, 1e18}) track.SeekByTime(seconds);
  track.LastPosition();
  for (const isr::TrackEvent& event : track.Events()) {
    const auto piece = isr::TrackLog().Append(event);
    Check(piece.has_value(), "an event that was read can be written");
  }
  return 0;
}
