#include "format/ogg_mapping.hpp"

#include "format/flac_frame.hpp"
#include "format/flac_metadata.hpp"
#include "format/ogg_headers.hpp"
#include "format/vorbis_setup.hpp"

namespace isr {
namespace {

constexpr int kOpusRate = 48000;
constexpr size_t kMaxHeaders = 64;  // of FLAC; the others have two and three

std::optional<CodedFormat> ReadOpusHead(ByteView packet) {
  // Magic, version (major part 0), channels, pre-skip, input rate, gain, mapping family.
  if (!StartsWith(packet, kOpusHeadMagic) || packet.size() < 19 || packet[8] > 15 ||
      packet[9] == 0) {
    return std::nullopt;
  }
  CodedFormat format{.codec = Codec::kOpus};
  format.rate = kOpusRate;
  format.channels = packet[9];
  format.pre_skip = static_cast<int>(LittleEndian(packet.subspan(10), 2));
  return format;
}

std::optional<CodedFormat> ReadFlacHead(ByteView packet) {
  // Magic, version 1.0, number of headers, "fLaC", a STREAMINFO block.
  constexpr size_t kBlockAt = 13;
  if (!StartsWith(packet, kOggFlacMagic) || packet.size() < kOggFlacHeadBytes || packet[5] != 1) {
    return std::nullopt;
  }
  const auto info = ParseFlacStreamInfo(packet.subspan(kBlockAt + kFlacBlockHeaderBytes));
  if (!info) return std::nullopt;
  CodedFormat format{.codec = Codec::kOggFlac};
  format.rate = info->rate;
  format.channels = info->channels;
  format.bits = info->bits;
  return format;
}

}  // namespace

std::uint32_t OpusPacketSamples(ByteView packet) {
  constexpr std::array<std::uint32_t, 4> kSilk = {480, 960, 1920, 2880};
  constexpr std::array<std::uint32_t, 4> kCelt = {120, 240, 480, 960};
  constexpr std::uint32_t kMaxSamples = 5760;
  if (packet.empty()) return 0;
  const unsigned configuration = packet[0] >> 3;
  const std::uint32_t frame = configuration < 12   ? kSilk[configuration & 3]
                              : configuration < 16 ? kSilk[configuration & 1]
                                                   : kCelt[configuration & 3];
  std::uint32_t frames = (packet[0] & 3) == 0 ? 1 : 2;
  if ((packet[0] & 3) == 3) frames = packet.size() < 2 ? 0 : packet[1] & 63;
  return frames * frame <= kMaxSamples ? frames * frame : 0;
}

std::optional<OggMapping> OggMapping::Begin(ByteView packet) {
  OggMapping mapping;
  if (const auto vorbis = ParseVorbisIdentification(packet)) {
    mapping.format_.codec = Codec::kVorbis;
    mapping.format_.rate = vorbis->rate;
    mapping.format_.channels = vorbis->channels;
    mapping.blocks_ = vorbis->blocks;
  } else if (const auto opus = ReadOpusHead(packet)) {
    mapping.format_ = *opus;
  } else if (const auto flac = ReadFlacHead(packet)) {
    mapping.format_ = *flac;
  } else {
    return std::nullopt;
  }
  mapping.format_.headers.emplace_back(packet.begin(), packet.end());
  return mapping;
}

bool OggMapping::IsHeader(ByteView packet) const {
  switch (format_.codec) {
    case Codec::kVorbis:
      return format_.headers.size() < 3;
    case Codec::kOpus:
      return format_.headers.size() < 2;
    default:
      return !packet.empty() && packet[0] != 0xff;
  }
}

bool OggMapping::IsComplete() const {
  switch (format_.codec) {
    case Codec::kVorbis:
      return format_.headers.size() == 3;
    case Codec::kOpus:
      return format_.headers.size() == 2;
    default:
      return true;
  }
}

/// A comment that cannot be read (it may be a picture too large to keep) is replaced by an empty
/// one.
bool OggMapping::AddComment(ByteView packet, std::string_view magic) {
  if (!StartsWith(packet, magic)) return false;
  comment_ = ParseVorbisComment(packet.subspan(magic.size()));
  if (comment_) {
    format_.headers.emplace_back(packet.begin(), packet.end());
  } else {
    comment_.emplace();
    format_.headers.push_back(BuildOggComment(format_.codec, *comment_));
  }
  return true;
}

bool OggMapping::AddHeader(ByteView packet) {
  if (format_.codec == Codec::kOpus) return AddComment(packet, kOpusTagsMagic);
  if (format_.codec == Codec::kVorbis) {
    if (format_.headers.size() == 1) return AddComment(packet, kVorbisCommentMagic);
    const auto modes = ParseVorbisModes(packet);
    if (!modes) return false;
    modes_ = *modes;
  } else if (packet.size() >= kFlacBlockHeaderBytes &&
             ParseFlacBlockHeader(packet).type == FlacBlockHeader::kComment) {
    comment_ = ParseVorbisComment(packet.subspan(kFlacBlockHeaderBytes));
  }
  if (format_.headers.size() >= kMaxHeaders) return true;
  format_.headers.emplace_back(packet.begin(), packet.end());
  return true;
}

std::optional<std::uint32_t> OggMapping::TakeSamples(ByteView packet) {
  if (format_.codec == Codec::kOpus) {
    const std::uint32_t samples = OpusPacketSamples(packet);
    return samples > 0 ? std::optional(samples) : std::nullopt;
  }
  if (format_.codec == Codec::kOggFlac) {
    FlacFrameHeader header;
    if (ParseFlacFrameHeader(packet, header) != HeaderSight::kYes) return std::nullopt;
    return header.block_size;
  }
  const std::uint32_t block = VorbisBlockSize(packet, blocks_, modes_);
  if (block == 0) return std::nullopt;
  const std::uint32_t samples = previous_block_ == 0 ? 0 : previous_block_ / 4 + block / 4;
  previous_block_ = block;
  return samples;
}

}  // namespace isr
