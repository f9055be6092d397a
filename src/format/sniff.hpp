#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "format/bytes.hpp"
#include "format/file_bytes.hpp"
#include "format/frame.hpp"

namespace isr {

/// More than this is never asked for.
constexpr size_t kSniffBytes = 4096;

enum class Content {
  kNeedMore,
  kMpegAudio,
  kAdtsAac,
  kFlac,
  kOggVorbis,
  kOggOpus,
  kOggFlac,
  kOggOther,  ///< Ogg without audio that we know in its first page
  kWav,       ///< RIFF or RF64 WAVE
  kTag,       ///< an ID3v2 tag longer than what was given: skip it and sniff again
  kM3u,       ///< a list of addresses
  kPls,
  kHls,      ///< M3U with HLS tags (RFC 8216)
  kHtml,     ///< a web or XML page: no audio
  kUnknown,  ///< none of these
};

struct Sniffed {
  Content content = Content::kNeedMore;
  std::uint64_t skip = 0;  ///< of kTag: length of the tag
};

/// What a stream or file is, from its first bytes. Whatever is undecided after `kSniffBytes` is
/// kUnknown, and so it is when `ended`: no more bytes come. Joined in the middle, bare frames are
/// found behind a piece of a frame; native FLAC is not.
Sniffed Sniff(ByteView bytes, bool ended = false);

/// What a file is, behind any tags. Blocks on the disk; throws Error.
Content SniffFile(const FileBytes& file);

/// The codec of coded audio; of the three in Ogg as well.
std::optional<Codec> CodecOf(Content content);

/// "MP3", "a web page", ...: for a message.
std::string_view Describe(Content content);

}  // namespace isr
