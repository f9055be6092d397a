#pragma once

#include <string_view>
#include <vector>

#include "format/bytes.hpp"
#include "format/frame.hpp"
#include "format/vorbis_comment.hpp"

namespace isr {

constexpr std::string_view kOpusHeadMagic("OpusHead");
constexpr std::string_view kOpusTagsMagic("OpusTags");
constexpr std::string_view kVorbisCommentMagic("\x03vorbis");
constexpr std::string_view kOggFlacMagic(
    "\x7f"
    "FLAC");
constexpr size_t kOggFlacHeadBytes = 51;

/// The comment packet of a codec in Ogg, with what it puts before and behind the comment: a Vorbis
/// packet's framing bit, a FLAC metadata block's header (as the last block).
Bytes BuildOggComment(Codec codec, const VorbisComment& comment);

/// The header packets of a file of its own that holds packets of `format` (of an Ogg codec, with
/// the source's headers): the source's but for `comment`; for Opus with `format.pre_skip`; for FLAC
/// STREAMINFO with the totals unknown, and no other blocks. Empty when `format.headers` are not a
/// source's.
std::vector<Bytes> BuildOggHeaders(const CodedFormat& format, const VorbisComment& comment);

}  // namespace isr
