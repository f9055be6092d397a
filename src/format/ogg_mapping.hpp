#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "format/bytes.hpp"
#include "format/frame.hpp"
#include "format/vorbis_comment.hpp"

namespace isr {

/// Samples at 48 kHz in an Opus packet, by its TOC (RFC 6716 section 3.1); 0 when it is none, or
/// longer than 120 ms.
std::uint32_t OpusPacketSamples(ByteView packet);

/// What the packets of one logical Ogg stream mean: Vorbis (Vorbis I specification, appendix A),
/// Opus (RFC 7845), FLAC (RFC 9639 section 10.1).
class OggMapping {
 public:
  /// None when `packet`, the stream's first, is of no codec that is known.
  static std::optional<OggMapping> Begin(ByteView packet);

  /// Whether `packet`, the stream's next, is a header. Headers come before all audio.
  bool IsHeader(ByteView packet) const;

  /// Keeps a header. False when the stream cannot be understood with it.
  bool AddHeader(ByteView packet);

  /// Whether all headers are there.
  bool IsComplete() const;

  /// How long an audio packet is; none when it is no audio. For Vorbis this depends on the one
  /// before it, and the first has 0.
  std::optional<std::uint32_t> TakeSamples(ByteView packet);

  /// The next packet does not follow on the one before it.
  void Forget() { previous_block_ = 0; }

  /// Complete when IsComplete.
  const CodedFormat& Format() const { return format_; }
  const std::optional<VorbisComment>& Comment() const { return comment_; }

 private:
  bool AddComment(ByteView packet, std::string_view magic);

  CodedFormat format_;
  std::optional<VorbisComment> comment_;
  std::array<std::uint32_t, 2> blocks_{};  ///< Vorbis: short, long
  std::vector<bool> modes_;                ///< Vorbis: whether long
  std::uint32_t previous_block_ = 0;       ///< Vorbis: samples; 0 = none
};

}  // namespace isr
