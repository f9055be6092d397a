#include "format/ogg_headers.hpp"

#include "format/flac_metadata.hpp"

namespace isr {
namespace {

Bytes OpusHead(const CodedFormat& format) {
  Bytes head = format.headers.front();
  head[10] = static_cast<std::uint8_t>(format.pre_skip);
  head[11] = static_cast<std::uint8_t>(format.pre_skip >> 8);
  return head;
}

Bytes FlacHead(const CodedFormat& format) {
  constexpr size_t kInfoAt = kOggFlacHeadBytes - kFlacStreamInfoBytes;
  FlacStreamInfo info = ParseFlacStreamInfo(ByteView(format.headers.front()).subspan(kInfoAt))
                            .value_or(FlacStreamInfo{});
  info.min_frame = info.max_frame = 0;
  info.total = 0;
  info.md5 = {};
  Bytes head;
  AppendText(head, kOggFlacMagic);
  AppendBigEndian(head, 0x0100, 2);  // version 1.0
  AppendBigEndian(head, 1, 2);       // headers after this one
  AppendText(head, "fLaC");
  AppendFlacBlock(head, false, FlacBlockHeader::kStreamInfo, BuildFlacStreamInfo(info));
  return head;
}

}  // namespace

Bytes BuildOggComment(Codec codec, const VorbisComment& comment) {
  const Bytes body = BuildVorbisComment(comment);
  Bytes packet;
  if (codec == Codec::kOggFlac) {
    AppendFlacBlock(packet, true, FlacBlockHeader::kComment, body);
    return packet;
  }
  AppendText(packet, codec == Codec::kOpus ? kOpusTagsMagic : kVorbisCommentMagic);
  AppendBytes(packet, body);
  if (codec == Codec::kVorbis) packet.push_back(1);
  return packet;
}

std::vector<Bytes> BuildOggHeaders(const CodedFormat& format, const VorbisComment& comment) {
  const auto& source = format.headers;
  const bool vorbis = format.codec == Codec::kVorbis && source.size() == 3;
  const bool opus = format.codec == Codec::kOpus && source.size() == 2 && source[0].size() >= 19;
  const bool flac =
      format.codec == Codec::kOggFlac && !source.empty() && source[0].size() >= kOggFlacHeadBytes;
  const Bytes comment_packet = BuildOggComment(format.codec, comment);
  if (vorbis) return {source[0], comment_packet, source[2]};
  if (opus) return {OpusHead(format), comment_packet};
  if (flac) return {FlacHead(format), comment_packet};
  return {};
}

}  // namespace isr
