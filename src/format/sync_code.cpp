#include "format/sync_code.hpp"

#include "format/adts_header.hpp"
#include "format/mpeg_header.hpp"
#include "format/tag.hpp"
#include "format/xing.hpp"

namespace isr {
namespace {

std::optional<SyncHeader> ParseMpeg(ByteView bytes) {
  const auto header = ParseMpegHeader(bytes);
  if (!header) return std::nullopt;
  // Version, layer and rate as the header codes them, and mono or not: the modes of two channels
  // may change from frame to frame.
  const std::uint32_t identity = static_cast<std::uint32_t>(bytes[1] & 0x1e) << 16 |
                                 static_cast<std::uint32_t>(bytes[2] & 0x0c) << 8 |
                                 static_cast<std::uint32_t>(header->channels);
  return SyncHeader{header->frame_bytes, header->samples, identity};
}

CodedFormat DescribeMpeg(ByteView bytes) {
  const MpegHeader header = ParseMpegHeader(bytes).value_or(MpegHeader{});
  CodedFormat format{.codec = Codec::kMpegAudio};
  format.rate = header.rate;
  format.channels = header.channels;
  format.layer = header.layer;
  return format;
}

bool IsMpegInfo(ByteView frame) {
  return ParseXing(frame).has_value();
}

std::optional<SyncHeader> ParseAdts(ByteView bytes) {
  const auto header = ParseAdtsHeader(bytes);
  if (!header) return std::nullopt;
  return SyncHeader{header->frame_bytes, header->samples, header->fixed | 1};
}

CodedFormat DescribeAdts(ByteView bytes) {
  const AdtsHeader header = ParseAdtsHeader(bytes).value_or(AdtsHeader{});
  CodedFormat format{.codec = Codec::kAdtsAac};
  format.rate = header.rate;
  format.channels = header.channels;
  return format;
}

bool IsNeverInfo(ByteView /*frame*/) {
  return false;
}

}  // namespace

const SyncCode kMpegCode = {kMpegHeaderBytes, ParseMpeg, DescribeMpeg, IsMpegInfo};
const SyncCode kAdtsCode = {kAdtsHeaderBytes, ParseAdts, DescribeAdts, IsNeverInfo};

Chain FindChain(const SyncCode& code, ByteView bytes, int count, bool ended) {
  std::uint32_t identity = 0;
  for (int found = 0; found < count; ++found) {
    if (found > 0 && LooksLikeTag(bytes)) return Chain::kYes;
    const bool short_of_header = bytes.size() < code.header_bytes;
    const auto header = code.parse(bytes);
    if (!short_of_header && (!header || (found > 0 && header->identity != identity))) {
      return Chain::kNo;
    }
    if (!short_of_header && found + 1 == count) return Chain::kYes;
    if (short_of_header || header->frame_bytes > bytes.size()) {
      if (!ended) return Chain::kNeedMore;
      return found > 0 && found + 1 >= count ? Chain::kYes : Chain::kNo;
    }
    identity = header->identity;
    bytes = bytes.subspan(header->frame_bytes);
  }
  return Chain::kYes;
}

}  // namespace isr
