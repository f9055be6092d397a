#include "level/track_codec.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "level/crc32.hpp"
#include "level/packing.hpp"

namespace isr {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::string_view kMagic = "ISRTRACK";

constexpr std::size_t kFactsOffset = 4096;
constexpr std::size_t kFactsRoom = 6144;
constexpr std::size_t kFactsHead = 12;
constexpr std::size_t kMaxText = 2048;
constexpr std::size_t kMaxWord = 32;
constexpr std::int32_t kUnknownRateError = std::numeric_limits<std::int32_t>::min();

constexpr std::uint32_t kHasPosition = 1;  // of a record's flags

static_assert(sizeof(LevelWindow) == 6, "as in a record");

std::int64_t Microseconds(UtcTime time) {
  return time.time_since_epoch().count();
}

std::int32_t PartsPerBillion(std::optional<double> ppm) {
  if (!ppm) return kUnknownRateError;
  return static_cast<std::int32_t>(std::lround(std::clamp(*ppm, -1e6, 1e6) * 1000));
}

std::uint32_t RecordChecksum(std::uint64_t second, View record) {
  std::array<std::uint8_t, 8> number{};
  for (std::uint8_t& byte : number) {
    byte = static_cast<std::uint8_t>(second & 0xff);
    second >>= 8;
  }
  return Crc32(record, Crc32(number));
}

std::int16_t LevelAt(View record, std::size_t index) {
  return static_cast<std::int16_t>(record[2 * index] | record[2 * index + 1] << 8);
}

void PutGap(Packer& packer, const Gap& gap) {
  packer.Put(Microseconds(gap.start))
      .Put(Microseconds(gap.end))
      .PutText(ToWord(gap.cause), kMaxWord);
}

std::vector<std::uint8_t> PackFacts(const TrackFacts& facts) {
  const Segment& segment = facts.segment;
  Packer packer;
  packer.PutText(segment.name, kMaxText)
      .PutText(segment.source, kMaxText)
      .PutText(segment.format, kMaxWord)
      .Put(Microseconds(segment.start))
      .Put(static_cast<std::int32_t>(segment.utc_offset.count()))
      .Put(static_cast<std::int32_t>(segment.rate))
      .Put(segment.frames)
      .Put(segment.bytes)
      .PutText(ToWord(segment.began), kMaxWord)
      .PutText(segment.ended ? ToWord(*segment.ended) : "", kMaxWord)
      .Put(static_cast<std::uint8_t>(segment.growing))
      .PutText(segment.clock ? ToWord(*segment.clock) : "", kMaxWord)
      .Put(PartsPerBillion(segment.ppm))
      .Put(static_cast<std::uint8_t>(facts.gap_before.has_value()));
  if (facts.gap_before) PutGap(packer, *facts.gap_before);
  return packer.Take();
}

Gap GetGap(Unpacker& unpacker, const std::string& source) {
  Gap gap{.source = source};
  gap.start = UtcTime(std::chrono::microseconds(unpacker.Get<std::int64_t>()));
  gap.end = UtcTime(std::chrono::microseconds(unpacker.Get<std::int64_t>()));
  gap.cause = CauseFromWord(unpacker.GetText()).value_or(Cause::kReconnect);
  return gap;
}

/// A later version may have added to the end.
std::optional<TrackFacts> UnpackFacts(View payload) {
  Unpacker unpacker(payload);
  TrackFacts facts;
  Segment& segment = facts.segment;
  segment.name = unpacker.GetText();
  segment.source = unpacker.GetText();
  segment.format = unpacker.GetText();
  segment.start = UtcTime(std::chrono::microseconds(unpacker.Get<std::int64_t>()));
  segment.utc_offset = std::chrono::seconds(unpacker.Get<std::int32_t>());
  segment.rate = unpacker.Get<std::int32_t>();
  segment.frames = unpacker.Get<std::int64_t>();
  segment.bytes = unpacker.Get<std::int64_t>();
  segment.began = CauseFromWord(unpacker.GetText()).value_or(Cause::kStart);
  segment.ended = CauseFromWord(unpacker.GetText());
  segment.growing = unpacker.Get<std::uint8_t>() != 0;
  segment.clock = ClockQualityFromWord(unpacker.GetText());
  const auto rate_error = unpacker.Get<std::int32_t>();
  if (rate_error != kUnknownRateError) segment.ppm = rate_error / 1000.0;
  if (unpacker.Get<std::uint8_t>() != 0) facts.gap_before = GetGap(unpacker, segment.source);
  if (!unpacker.IsWhole()) return std::nullopt;
  return facts;
}

std::optional<SequencedFacts> DecodeFactsAt(View header, std::size_t offset) {
  if (header.size() < offset + kFactsHead) return std::nullopt;
  const View room = header.subspan(offset, std::min(kFactsRoom, header.size() - offset));
  Unpacker head(room);
  const auto length = head.Get<std::uint32_t>();
  const auto sequence = head.Get<std::uint32_t>();
  const auto checksum = head.Get<std::uint32_t>();
  if (length > room.size() - kFactsHead) return std::nullopt;
  const View payload = room.subspan(kFactsHead, length);
  if (Crc32(payload, Crc32(room.first(8))) != checksum) return std::nullopt;
  auto facts = UnpackFacts(payload);
  if (!facts) return std::nullopt;
  return SequencedFacts{*std::move(facts), sequence};
}

}  // namespace

TrackPiece EncodeTrackPreamble() {
  Packer packer;
  for (const char c : kMagic) packer.Put(c);
  packer.Put(kTrackVersion)
      .Put(static_cast<std::uint16_t>(kTrackRecordSize))
      .Put(static_cast<std::uint32_t>(kTrackHeaderSize))
      .Put(static_cast<std::uint16_t>(kWindowsPerSecond))
      .Put(std::uint16_t{0});
  packer.FillTo(kTrackPreambleSize - 4).Put(Crc32(packer.View()));
  return {0, packer.Take()};
}

TrackKind DecodeTrackPreamble(View header) {
  const std::vector<std::uint8_t> ours = EncodeTrackPreamble().bytes;
  if (header.size() < kTrackPreambleSize ||
      !std::equal(kMagic.begin(), kMagic.end(), header.begin())) {
    return TrackKind::kNoTrack;
  }
  if (std::equal(ours.begin(), ours.end(), header.begin())) return TrackKind::kTrack;
  // Of a newer version we know that its checksum stands in the same place.
  const auto checksum = Unpacker(header.subspan(kTrackPreambleSize - 4)).Get<std::uint32_t>();
  const bool is_whole = Crc32(header.first(kTrackPreambleSize - 4)) == checksum;
  return is_whole ? TrackKind::kNewerTrack : TrackKind::kNoTrack;
}

TrackPiece EncodeTrackFacts(const TrackFacts& facts, std::uint32_t sequence) {
  const std::vector<std::uint8_t> payload = PackFacts(facts);
  Packer packer;
  packer.Put(static_cast<std::uint32_t>(payload.size())).Put(sequence);
  packer.Put(Crc32(payload, Crc32(packer.View())));
  TrackPiece piece{kFactsOffset + (sequence % 2 == 0 ? kFactsRoom : 0), packer.Take()};
  piece.bytes.insert(piece.bytes.end(), payload.begin(), payload.end());
  return piece;
}

std::optional<SequencedFacts> DecodeTrackFacts(View header) {
  auto a = DecodeFactsAt(header, kFactsOffset);
  auto b = DecodeFactsAt(header, kFactsOffset + kFactsRoom);
  if (!a || (b && b->sequence > a->sequence)) return b;
  return a;
}

TrackPiece EncodeTrackRecord(std::uint64_t second, const TrackRecord& record) {
  const TrackPosition reached = record.reached.value_or(TrackPosition{});
  Packer packer;
  for (const LevelWindow& window : record.windows) {
    packer.Put(window.rms).Put(window.detection).Put(window.peak);
  }
  packer.Put(reached.bytes)
      .Put(reached.frames)
      .Put(record.reached.has_value() ? kHasPosition : std::uint32_t{0});
  packer.FillTo(kTrackRecordSize - 4).Put(RecordChecksum(second, packer.View()));
  return {TrackRecordOffset(second), packer.Take()};
}

bool DecodeTrackLevels(std::uint64_t second, View bytes,
                       std::span<LevelWindow, kWindowsPerSecond> windows) {
  if (bytes.size() < kTrackRecordSize) return false;
  const View content = bytes.first(kTrackRecordSize - 4);
  const auto checksum = Unpacker(bytes.subspan(content.size())).Get<std::uint32_t>();
  if (RecordChecksum(second, content) != checksum) return false;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    windows[i] = {LevelAt(content, 3 * i), LevelAt(content, 3 * i + 1),
                  LevelAt(content, 3 * i + 2)};
  }
  return true;
}

std::optional<TrackRecord> DecodeTrackRecord(std::uint64_t second, View bytes) {
  TrackRecord record;
  if (!DecodeTrackLevels(second, bytes, record.windows)) return std::nullopt;
  Unpacker unpacker(bytes.subspan(sizeof(LevelWindow) * kWindowsPerSecond));
  TrackPosition reached;
  reached.bytes = unpacker.Get<std::uint64_t>();
  reached.frames = unpacker.Get<std::uint64_t>();
  if ((unpacker.Get<std::uint32_t>() & kHasPosition) != 0) record.reached = reached;
  return record;
}

}  // namespace isr
