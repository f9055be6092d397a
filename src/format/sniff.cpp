#include "format/sniff.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "format/sync_code.hpp"
#include "format/tag.hpp"

namespace isr {
namespace {

/// An Ogg page that begins a stream has one short packet behind a header of 27 bytes and one lacing
/// value (RFC 3533).
constexpr size_t kFirstPacketAt = 28;

Content SniffOgg(ByteView bytes) {
  if (bytes.size() < kFirstPacketAt + 8) {
    return Content::kNeedMore;
  }
  const ByteView packet = bytes.subspan(kFirstPacketAt);
  if (StartsWith(packet, "OpusHead")) return Content::kOggOpus;
  if (StartsWith(packet, "\x01vorbis")) return Content::kOggVorbis;
  if (StartsWith(packet,
                 "\x7f"
                 "FLAC"))
    return Content::kOggFlac;
  return Content::kOggOther;
}

struct Magic {
  std::string_view text;  ///< in lower case
  Content content;
};

constexpr std::array kPages = {
    Magic{"<!doctype", Content::kHtml}, Magic{"<html", Content::kHtml},
    Magic{"<head", Content::kHtml},     Magic{"<?xml", Content::kHtml},
    Magic{"<!--", Content::kHtml},      Magic{"[playlist]", Content::kPls},
};

/// `text`: in lower case, without what may stand before the first word.
Content SniffText(std::string_view text, bool whole) {
  for (const Magic& page : kPages) {
    if (text.starts_with(page.text)) return page.content;
  }
  if (text.starts_with("#extm3u")) {
    if (text.find("#ext-x-") != std::string_view::npos) return Content::kHls;
    return whole || text.find("://") != std::string_view::npos ? Content::kM3u : Content::kNeedMore;
  }
  if (text.starts_with("http://") || text.starts_with("https://")) return Content::kM3u;
  return Content::kUnknown;
}

bool IsText(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) {
    return byte >= 0x20 || byte == '\t' || byte == '\r' || byte == '\n';
  });
}

Content SniffTextBytes(ByteView bytes, bool whole) {
  if (StartsWith(bytes, "\xef\xbb\xbf")) bytes = bytes.subspan(3);
  if (bytes.empty() || !IsText(bytes)) return Content::kUnknown;
  return SniffText(LowerCase(Trim(AsText(bytes))), whole);
}

/// The codec whose frames begin first. Three headers in a row count, or two of frames that are too
/// long for three to fit.
Content SniffFrames(ByteView bytes, bool whole) {
  for (const int count : {3, 2}) {
    for (size_t at = 0; at + kTagHeaderBytes <= bytes.size(); ++at) {
      const ByteView rest = bytes.subspan(at);
      if (FindChain(kMpegCode, rest, count, false) == Chain::kYes) return Content::kMpegAudio;
      if (FindChain(kAdtsCode, rest, count, false) == Chain::kYes) return Content::kAdtsAac;
    }
    if (!whole) break;
  }
  return whole ? Content::kUnknown : Content::kNeedMore;
}

Content SniffBinary(ByteView bytes, bool whole) {
  if (StartsWith(bytes, "OggS")) return SniffOgg(bytes);
  if (StartsWith(bytes, "fLaC")) return Content::kFlac;
  const bool riff = StartsWith(bytes, "RIFF") || StartsWith(bytes, "RF64");
  if (riff && bytes.size() < 12) return Content::kNeedMore;
  if (riff && StartsWith(bytes.subspan(8), "WAVE")) return Content::kWav;
  return SniffFrames(bytes, whole);
}

}  // namespace

Sniffed Sniff(ByteView bytes, bool ended) {
  const bool whole = ended || bytes.size() >= kSniffBytes;
  if (bytes.size() < kTagHeaderBytes && !IsText(bytes)) {
    return {ended ? Content::kUnknown : Content::kNeedMore, 0};
  }
  bytes = bytes.first(std::min(bytes.size(), kSniffBytes));
  if (StartsWith(bytes, "ID3") && bytes.size() >= kTagHeaderBytes) {
    const std::uint64_t tag = TagBytes(bytes);
    if (tag > bytes.size()) return {Content::kTag, tag};
    if (tag > 0) {
      const Sniffed behind = Sniff(bytes.subspan(static_cast<size_t>(tag)), ended);
      return behind.content == Content::kNeedMore && whole ? Sniffed{Content::kTag, tag} : behind;
    }
  }
  const Content text = SniffTextBytes(bytes, whole);
  if (text != Content::kUnknown) return {text, 0};
  const Content content = SniffBinary(bytes, whole);
  if (content == Content::kNeedMore && whole) return {Content::kUnknown, 0};
  return {content, 0};
}

Content SniffFile(const FileBytes& file) {
  constexpr int kMaxTags = 4;
  std::uint64_t at = 0;
  for (int tags = 0; tags < kMaxTags; ++tags) {
    const Sniffed sniffed = Sniff(file.Read(at, kSniffBytes), true);
    if (sniffed.content != Content::kTag) return sniffed.content;
    at += sniffed.skip;
  }
  return Content::kUnknown;
}

std::optional<Codec> CodecOf(Content content) {
  switch (content) {
    case Content::kMpegAudio:
      return Codec::kMpegAudio;
    case Content::kAdtsAac:
      return Codec::kAdtsAac;
    case Content::kFlac:
      return Codec::kFlac;
    case Content::kOggVorbis:
      return Codec::kVorbis;
    case Content::kOggOpus:
      return Codec::kOpus;
    case Content::kOggFlac:
      return Codec::kOggFlac;
    default:
      return std::nullopt;
  }
}

std::string_view Describe(Content content) {
  switch (content) {
    case Content::kMpegAudio:
      return "MPEG audio";
    case Content::kAdtsAac:
      return "AAC";
    case Content::kFlac:
      return "FLAC";
    case Content::kOggVorbis:
      return "Ogg Vorbis";
    case Content::kOggOpus:
      return "Ogg Opus";
    case Content::kOggFlac:
      return "Ogg FLAC";
    case Content::kOggOther:
      return "Ogg without Vorbis, Opus or FLAC";
    case Content::kWav:
      return "WAV";
    case Content::kTag:
      return "a tag";
    case Content::kM3u:
    case Content::kPls:
      return "a playlist";
    case Content::kHls:
      return "an HLS playlist";
    case Content::kHtml:
      return "a web page";
    case Content::kNeedMore:
    case Content::kUnknown:
      break;
  }
  return "something unknown";
}

}  // namespace isr
