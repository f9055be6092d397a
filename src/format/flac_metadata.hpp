#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/bytes.hpp"
#include "format/vorbis_comment.hpp"

namespace isr {

/// The STREAMINFO block (RFC 9639 section 8.2). 0 = not known, where not said otherwise.
struct FlacStreamInfo {
  std::uint32_t min_block = 0;         ///< samples; the last block's is not counted
  std::uint32_t max_block = 0;         ///< samples
  std::uint32_t min_frame = 0;         ///< bytes
  std::uint32_t max_frame = 0;         ///< bytes
  int rate = 0;                        ///< Hz, 1 to 1048575
  int channels = 0;                    ///< 1 to 8
  int bits = 0;                        ///< per sample, 4 to 32
  std::uint64_t total = 0;             ///< samples, below 2^36
  std::array<std::uint8_t, 16> md5{};  ///< of the decoded samples; all zero = not known
};

constexpr size_t kFlacStreamInfoBytes = 34;
constexpr size_t kFlacBlockHeaderBytes = 4;
constexpr size_t kFlacSeekPointBytes = 18;

/// `body`: of the block. None when it is too short or says a rate of 0.
std::optional<FlacStreamInfo> ParseFlacStreamInfo(ByteView body);

/// The block's body. What does not fit is written as not known.
Bytes BuildFlacStreamInfo(const FlacStreamInfo& info);

/// A metadata block's header (RFC 9639 section 8.1).
struct FlacBlockHeader {
  static constexpr int kStreamInfo = 0, kSeekTable = 3, kComment = 4, kInvalid = 127;
  bool last = false;
  int type = 0;
  std::uint32_t length = 0;  ///< of the body, bytes
};

/// `bytes`: at least `kFlacBlockHeaderBytes`.
FlacBlockHeader ParseFlacBlockHeader(ByteView bytes);
void AppendFlacBlock(Bytes& out, bool last, int type, ByteView body);

/// One point of a SEEKTABLE (RFC 9639 section 8.5).
struct FlacSeekPoint {
  std::uint64_t sample = 0;      ///< first of a frame
  std::uint64_t offset = 0;      ///< of that frame, from the first one, bytes
  std::uint32_t block_size = 0;  ///< of that frame, samples; 65535 where it is more
};

/// All that stands before the first frame of a native FLAC file: "fLaC", STREAMINFO, SEEKTABLE with
/// `points` and placeholders up to `reserved` (0 = no table), VORBIS_COMMENT. Its size depends on
/// `reserved` and `comment` alone, so that it can be replaced in place.
Bytes BuildFlacHeader(const FlacStreamInfo& info, std::span<const FlacSeekPoint> points,
                      size_t reserved, const VorbisComment& comment);

/// Gathers the facts of a FLAC file while it is written. Bounded memory.
class FlacIndex {
 public:
  /// `info`: rate, channels and bits are kept, the rest is counted anew. `reserved`: points of the
  /// seek table.
  explicit FlacIndex(const FlacStreamInfo& info, size_t reserved = 128);

  /// The next frame of the file, with its duration in samples.
  void Add(ByteView frame, std::uint32_t samples);

  std::uint64_t Samples() const { return info_.total; }
  void SetMd5(const std::array<std::uint8_t, 16>& md5) { info_.md5 = md5; }

  /// The header for what was added; of one size, from the start on.
  Bytes Build(const VorbisComment& comment) const;

 private:
  FlacStreamInfo info_;
  size_t reserved_;
  std::uint64_t stride_;  ///< samples between two points, at least
  std::uint64_t bytes_ = 0;
  std::uint32_t last_block_ = 0;  ///< of the frame added last; 0 before the first
  std::vector<FlacSeekPoint> points_;
};

}  // namespace isr
