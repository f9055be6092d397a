#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "level/track.hpp"

namespace isr {

// The bytes of a track, version 1. Numbers are little-endian; what no piece covers is a hole.
//
//       0  preamble   "ISRTRACK", u16 version, u16 size of a record, u32 offset of the first,
//                     u16 windows per record, u16 0, u32 CRC-32 of the 20 bytes before
//    4096  facts A    u32 length of the payload, u32 sequence, u32 CRC-32 of both and the payload,
//   10240  facts B    payload. The one with the higher sequence holds; the other is written next
//   16384  log        events, see track_log.hpp
//   65536  records    96 bytes for each second of the file: ten windows of i16 RMS, detection level
//                     and peak, u64 bytes and u64 sample frames reached, u32 flags, 12 bytes of
//                     zeros, u32 CRC-32 of the record's number (u64) and the 92 bytes before
//
// Every piece has its own checksum: one that is cut off, half-written or a hole reads as missing,
// in whatever order the pieces came to the disk.

constexpr std::uint16_t kTrackVersion = 1;
constexpr std::size_t kTrackPreambleSize = 24;
constexpr std::size_t kTrackLogOffset = 16384;
constexpr std::size_t kTrackHeaderSize = 65536;
constexpr std::size_t kTrackRecordSize = 96;

/// What the first bytes of a file say about it.
enum class TrackKind {
  kTrack,
  kNewerTrack,  ///< of a version that this program does not know
  kNoTrack,     ///< something else, or too damaged to tell
};

TrackPiece EncodeTrackPreamble();
/// `header`: the file's first bytes, as many as there are.
TrackKind DecodeTrackPreamble(std::span<const std::uint8_t> header);

/// `sequence`: 1 for a new track, then one more each time. Texts are cut at 2048 bytes.
TrackPiece EncodeTrackFacts(const TrackFacts& facts, std::uint32_t sequence);

struct SequencedFacts {
  TrackFacts facts;
  std::uint32_t sequence = 0;
};
/// The newest facts in a header; nothing when there are none whole.
std::optional<SequencedFacts> DecodeTrackFacts(std::span<const std::uint8_t> header);

constexpr std::uint64_t TrackRecordOffset(std::uint64_t second) {
  return kTrackHeaderSize + second * kTrackRecordSize;
}

TrackPiece EncodeTrackRecord(std::uint64_t second, const TrackRecord& record);
/// `bytes`: those of record `second`, kTrackRecordSize of them. Nothing: it is missing.
std::optional<TrackRecord> DecodeTrackRecord(std::uint64_t second,
                                             std::span<const std::uint8_t> bytes);
/// Only its levels. False: the record is missing, and so are they.
bool DecodeTrackLevels(std::uint64_t second, std::span<const std::uint8_t> bytes,
                       std::span<LevelWindow, kWindowsPerSecond> windows);

}  // namespace isr
