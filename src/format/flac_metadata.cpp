#include "format/flac_metadata.hpp"

#include <algorithm>

namespace isr {
namespace {

constexpr std::uint32_t kMinBlock = 16, kMaxBlock = 65535;
constexpr std::uint32_t kMaxFrame = 0xffffff;
constexpr std::uint64_t kPlaceholder = ~std::uint64_t{0};

}  // namespace

std::optional<FlacStreamInfo> ParseFlacStreamInfo(ByteView body) {
  if (body.size() < kFlacStreamInfoBytes) return std::nullopt;
  const auto number = [body](size_t at, size_t count) {
    return static_cast<std::uint32_t>(BigEndian(body.subspan(at), count));
  };
  // 20 bits rate, 3 bits channels - 1, 5 bits bits - 1, 36 bits samples.
  const std::uint64_t packed = BigEndian(body.subspan(10), 8);
  FlacStreamInfo info;
  info.min_block = number(0, 2);
  info.max_block = number(2, 2);
  info.min_frame = number(4, 3);
  info.max_frame = number(7, 3);
  info.rate = static_cast<int>(packed >> 44);
  info.channels = static_cast<int>(packed >> 41 & 7) + 1;
  info.bits = static_cast<int>(packed >> 36 & 31) + 1;
  info.total = packed & 0xfffffffff;
  std::copy_n(body.begin() + 18, info.md5.size(), info.md5.begin());
  if (info.rate == 0) return std::nullopt;
  return info;
}

Bytes BuildFlacStreamInfo(const FlacStreamInfo& info) {
  // Only a last block is shorter; where it is the only one, readers want to see the least.
  const auto block = [](std::uint32_t samples) {
    return samples == 0 ? 0 : std::clamp(samples, kMinBlock, kMaxBlock);
  };
  Bytes body;
  AppendBigEndian(body, block(info.min_block), 2);
  AppendBigEndian(body, block(info.max_block), 2);
  AppendBigEndian(body, info.min_frame <= kMaxFrame ? info.min_frame : 0, 3);
  AppendBigEndian(body, info.max_frame <= kMaxFrame ? info.max_frame : 0, 3);
  const std::uint64_t total = info.total >> 36 == 0 ? info.total : 0;
  AppendBigEndian(body,
                  static_cast<std::uint64_t>(info.rate) << 44 |
                      static_cast<std::uint64_t>((info.channels - 1) & 7) << 41 |
                      static_cast<std::uint64_t>((info.bits - 1) & 31) << 36 | total,
                  8);
  AppendBytes(body, info.md5);
  return body;
}

FlacBlockHeader ParseFlacBlockHeader(ByteView bytes) {
  return {(bytes[0] & 0x80) != 0, bytes[0] & 0x7f,
          static_cast<std::uint32_t>(BigEndian(bytes.subspan(1), 3))};
}

void AppendFlacBlock(Bytes& out, bool last, int type, ByteView body) {
  out.push_back(static_cast<std::uint8_t>((last ? 0x80 : 0) | type));
  AppendBigEndian(out, body.size(), 3);
  AppendBytes(out, body);
}

Bytes BuildFlacHeader(const FlacStreamInfo& info, std::span<const FlacSeekPoint> points,
                      size_t reserved, const VorbisComment& comment) {
  Bytes table;
  for (size_t i = 0; i < reserved; ++i) {
    const bool used = i < points.size();
    AppendBigEndian(table, used ? points[i].sample : kPlaceholder, 8);
    AppendBigEndian(table, used ? points[i].offset : 0, 8);
    AppendBigEndian(table, used ? std::min(points[i].block_size, kMaxBlock) : 0, 2);
  }
  Bytes header = {'f', 'L', 'a', 'C'};
  AppendFlacBlock(header, false, FlacBlockHeader::kStreamInfo, BuildFlacStreamInfo(info));
  if (reserved > 0) AppendFlacBlock(header, false, FlacBlockHeader::kSeekTable, table);
  AppendFlacBlock(header, true, FlacBlockHeader::kComment, BuildVorbisComment(comment));
  return header;
}

FlacIndex::FlacIndex(const FlacStreamInfo& info, size_t reserved)
    : reserved_(reserved), stride_(static_cast<std::uint64_t>(std::max(info.rate, 1))) {
  info_.rate = info.rate;
  info_.channels = info.channels;
  info_.bits = info.bits;
  // Readers refuse 0; what they get before the first frame is what the source said.
  info_.min_block = info.min_block;
  info_.max_block = info.max_block;
}

void FlacIndex::Add(ByteView frame, std::uint32_t samples) {
  const auto size = static_cast<std::uint32_t>(std::min<size_t>(frame.size(), kMaxFrame + 1));
  if (bytes_ == 0) {
    info_.min_block = info_.max_block = samples;
    info_.min_frame = info_.max_frame = size;
  } else {
    info_.min_block = std::min(info_.min_block, last_block_);
    info_.max_block = std::max(info_.max_block, samples);
    info_.min_frame = std::min(info_.min_frame, size);
    info_.max_frame = std::max(info_.max_frame, size);
  }
  if (reserved_ > 0 && (points_.empty() || info_.total >= points_.back().sample + stride_)) {
    if (points_.size() == reserved_) {
      for (size_t i = 0; 2 * i < reserved_; ++i) points_[i] = points_[2 * i];
      points_.resize((reserved_ + 1) / 2);
      stride_ *= 2;
    }
    if (points_.size() < reserved_) points_.push_back({info_.total, bytes_, samples});
  }
  last_block_ = samples;
  info_.total += samples;
  bytes_ += frame.size();
}

Bytes FlacIndex::Build(const VorbisComment& comment) const {
  return BuildFlacHeader(info_, points_, reserved_, comment);
}

}  // namespace isr
