#pragma once

#include <cstdint>
#include <vector>

#include "format/bytes.hpp"
#include "format/flac_metadata.hpp"

namespace isr {

/// Samples, the channels of each sample frame side by side.
using FlacSamples = std::vector<std::int32_t>;

/// Appends PCM of so many bits, least significant byte first.
void AppendSamples(FlacSamples& samples, ByteView pcm, int bits);

/// The samples of one FLAC frame of a stream with this STREAMINFO. Throws Error.
FlacSamples DecodeFlacFrame(const FlacStreamInfo& info, ByteView frame);

/// A FLAC frame, and how many sample frames it holds.
struct EncodedFlacFrame {
  Bytes bytes;
  std::uint32_t samples = 0;
};

/// The reverse: frames of nearly equal length, none longer than the streamable subset has them (RFC
/// 9639 section 7). Throws Error.
std::vector<EncodedFlacFrame> EncodeFlacFrames(const FlacStreamInfo& info,
                                               const FlacSamples& samples);

/// No frame but a stream's last is shorter (RFC 9639 section 8.2), sample frames.
constexpr std::uint32_t kMinFlacBlock = 16;

}  // namespace isr
