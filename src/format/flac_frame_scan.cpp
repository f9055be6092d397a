#include "format/flac_frame_scan.hpp"

#include "format/crc.hpp"
#include "format/tag.hpp"

namespace isr {
namespace {

/// Zeros at the end of a file that are more than a frame's CRC can end with.
constexpr size_t kMaxFinalZeros = 2;

/// Whether "fLaC" or a tag may begin with this byte.
bool MayBeginOther(std::uint8_t byte) {
  return byte == 'f' || byte == 'I' || byte == 'T' || byte == 'A';
}

}  // namespace

void FlacFrameScan::Begin(const FlacFrameHeader& header, ByteView data) {
  header_ = header;
  scanned_ = header.header_bytes;
  crc_ = FlacCrc16::Of(data.first(scanned_));
  next_header_ = 0;
}

/// Whether this is the header of the frame after ours.
bool FlacFrameScan::IsNext(const FlacFrameHeader& header) const {
  const std::uint64_t step = header_.variable ? header_.block_size : 1;
  return header.variable == header_.variable && header.number == header_.number + step &&
         header.rate == header_.rate && header.channels == header_.channels &&
         header.bits == header_.bits;
}

FlacFrameScan::End FlacFrameScan::Find(ByteView data, int stream_bits, bool ended) {
  const size_t limit = header_.MaxFrameBytes(stream_bits);
  for (; scanned_ <= limit; ++scanned_) {
    if (scanned_ >= data.size()) return ended ? FindLastEnd(data) : End::kNeedMore;
    const std::uint8_t byte = data[scanned_];
    if (byte == 0xff || (crc_ == 0 && MayBeginOther(byte))) {
      if (const auto end = EndsHere(data, ended)) return *end;
    }
    crc_ = FlacCrc16::Step(crc_, byte);
  }
  const End end = FindLastEnd(data.first(scanned_));
  return scanned_ > limit ? End::kNotFound : end;
}

/// What follows from the bytes where we are, if anything does.
std::optional<FlacFrameScan::End> FlacFrameScan::EndsHere(ByteView data, bool ended) {
  const ByteView rest = data.subspan(scanned_);
  if (rest[0] != 0xff) {
    if (rest.size() < 4 && !ended) return End::kNeedMore;
    if (StartsWith(rest, "fLaC") || LooksLikeTag(rest)) return End::kFound;
    return std::nullopt;
  }
  FlacFrameHeader next;
  const HeaderSight sight = ParseFlacFrameHeader(rest, next);
  if (sight == HeaderSight::kNeedMore && !ended) return End::kNeedMore;
  if (sight != HeaderSight::kYes) return std::nullopt;
  if (crc_ == 0) return End::kFound;
  if (IsNext(next)) return End::kDamaged;
  if (next_header_ == 0) next_header_ = scanned_;
  return std::nullopt;
}

/// No other header came. Zeros after a frame (a disk that lost power) leave its CRC at 0, so they
/// are taken off, except that a CRC may itself end with them.
FlacFrameScan::End FlacFrameScan::FindLastEnd(ByteView data) {
  if (crc_ != 0) return End::kNotFound;
  size_t end = data.size();
  while (end > header_.header_bytes && data[end - 1] == 0) --end;
  scanned_ = data.size() - end > kMaxFinalZeros ? end : data.size();
  return End::kFound;
}

}  // namespace isr
