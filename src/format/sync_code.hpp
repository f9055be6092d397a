#pragma once

#include <cstdint>
#include <optional>

#include "format/bytes.hpp"
#include "format/frame.hpp"

namespace isr {

/// What the header of a self-synchronising frame says, for any codec of this kind.
struct SyncHeader {
  std::uint32_t frame_bytes = 0;  ///< header included
  std::uint32_t samples = 0;
  std::uint32_t identity = 0;  ///< equal for all frames of one stream, and not 0
};

/// A codec whose frames begin with a header that tells their length.
struct SyncCode {
  size_t header_bytes;
  /// None when `bytes` do not begin with a header.
  std::optional<SyncHeader> (*parse)(ByteView bytes);
  /// The format that a header stands for; `bytes` begin with one.
  CodedFormat (*describe)(ByteView bytes);
  /// Whether a whole frame holds no audio but a Xing or VBRI header.
  bool (*is_info)(ByteView frame);
};

extern const SyncCode kMpegCode;
extern const SyncCode kAdtsCode;

enum class Chain { kNo, kYes, kNeedMore };

/// Whether `count` (2 or more) headers of one identity follow one another from the front of
/// `bytes`. A tag after a frame stands for any number of headers; when `ended`, the end stands for
/// one.
Chain FindChain(const SyncCode& code, ByteView bytes, int count, bool ended);

}  // namespace isr
