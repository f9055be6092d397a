#include "level/track_log.hpp"

#include <algorithm>

#include "level/crc32.hpp"
#include "level/packing.hpp"
#include "level/track_codec.hpp"

namespace isr {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::size_t kRoom = kTrackHeaderSize - kTrackLogOffset;
constexpr std::size_t kEntryHead = 8;
constexpr std::size_t kMaxTitle = 4080;
constexpr std::size_t kMaxWord = 32;

enum EntryType : std::uint8_t { kTitle = 1, kInnerGap = 2, kClockStep = 3 };

std::int64_t Microseconds(UtcTime time) {
  return time.time_since_epoch().count();
}

UtcTime GetTime(Unpacker& unpacker) {
  return UtcTime(std::chrono::microseconds(unpacker.Get<std::int64_t>()));
}

EntryType PackEvent(Packer& packer, const Title& title) {
  packer.Put(Microseconds(title.time)).PutText(title.raw, kMaxTitle).PutText(title.text, kMaxTitle);
  return kTitle;
}

EntryType PackEvent(Packer& packer, const InnerGap& inner) {
  packer.Put(inner.frame)
      .Put(inner.missing)
      .Put(Microseconds(inner.gap.start))
      .Put(Microseconds(inner.gap.end))
      .PutText(ToWord(inner.gap.cause), kMaxWord);
  return kInnerGap;
}

EntryType PackEvent(Packer& packer, const ClockStep& step) {
  packer.Put(step.frame).Put(std::int64_t{step.by.count()});
  return kClockStep;
}

std::optional<TrackEvent> UnpackEvent(std::uint8_t type, View payload, const std::string& source) {
  Unpacker unpacker(payload);
  std::optional<TrackEvent> event;
  if (type == kTitle) {
    Title title{.time = GetTime(unpacker)};
    title.raw = unpacker.GetText();
    title.text = unpacker.GetText();
    event = std::move(title);
  } else if (type == kInnerGap) {
    InnerGap inner;
    inner.frame = unpacker.Get<std::uint64_t>();
    inner.missing = unpacker.Get<std::uint64_t>();
    inner.gap.source = source;
    inner.gap.start = GetTime(unpacker);
    inner.gap.end = GetTime(unpacker);
    inner.gap.cause = CauseFromWord(unpacker.GetText()).value_or(Cause::kXrun);
    event = std::move(inner);
  } else if (type == kClockStep) {
    ClockStep step{.frame = unpacker.Get<std::uint64_t>()};
    step.by = std::chrono::microseconds(unpacker.Get<std::int64_t>());
    event = step;
  }
  return unpacker.IsWhole() ? event : std::nullopt;
}

std::uint32_t EntryChecksum(std::size_t offset, View head, View payload) {
  const auto place = static_cast<std::uint32_t>(offset);
  return Crc32(payload, Crc32(head, Crc32(Packer().Put(place).View())));
}

}  // namespace

std::optional<TrackPiece> TrackLog::Append(const TrackEvent& event) {
  Packer payload;
  const EntryType type =
      std::visit([&](const auto& one) { return PackEvent(payload, one); }, event);
  const std::size_t size = kEntryHead + payload.View().size();
  if (size > kRoom - used_) return std::nullopt;
  const std::size_t offset = kTrackLogOffset + used_;
  Packer entry;
  entry.Put(static_cast<std::uint8_t>(type))
      .Put(std::uint8_t{0})
      .Put(static_cast<std::uint16_t>(payload.View().size()));
  entry.Put(EntryChecksum(offset, entry.View(), payload.View()));
  TrackPiece piece{offset, entry.Take()};
  piece.bytes.insert(piece.bytes.end(), payload.View().begin(), payload.View().end());
  used_ += size;
  return piece;
}

std::vector<TrackEvent> DecodeTrackLog(View header, const std::string& source) {
  std::vector<TrackEvent> events;
  header = header.first(std::min(header.size(), kTrackHeaderSize));
  std::size_t offset = kTrackLogOffset;
  while (offset + kEntryHead <= header.size()) {
    Unpacker head(header.subspan(offset, kEntryHead));
    const auto type = head.Get<std::uint8_t>();
    head.Get<std::uint8_t>();
    const std::size_t length = head.Get<std::uint16_t>();
    const auto checksum = head.Get<std::uint32_t>();
    if (length > header.size() - offset - kEntryHead) break;
    const View payload = header.subspan(offset + kEntryHead, length);
    if (EntryChecksum(offset, header.subspan(offset, 4), payload) != checksum) break;
    if (auto event = UnpackEvent(type, payload, source)) events.push_back(*std::move(event));
    offset += kEntryHead + length;
  }
  return events;
}

}  // namespace isr
