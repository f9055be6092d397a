#pragma once

#include <cstdint>
#include <optional>

#include "format/bytes.hpp"
#include "format/header_sight.hpp"

namespace isr {

/// The header of a FLAC frame (RFC 9639 section 9.1).
struct FlacFrameHeader {
  bool variable = false;         ///< block sizes vary: `number` counts samples, else frames
  std::uint64_t number = 0;      ///< below 2^36, or 2^31 when it counts frames
  std::uint32_t block_size = 0;  ///< samples, 1 to 65535
  int rate = 0;                  ///< Hz; 0 = as in STREAMINFO
  int channels = 0;              ///< 1 to 8
  int bits = 0;                  ///< per sample; 0 = as in STREAMINFO
  size_t header_bytes = 0;       ///< CRC-8 included

  /// No frame with this header is longer: all subframes verbatim. `stream_bits`: of STREAMINFO, or
  /// 0 when not known.
  size_t MaxFrameBytes(int stream_bits) const;
};

constexpr size_t kMaxFlacHeaderBytes = 16;

/// Whether a frame header with a right CRC-8 stands at the front of `bytes`; kNeedMore only when
/// there are fewer than `kMaxFlacHeaderBytes` of them. Sets `header` when it says kYes.
HeaderSight ParseFlacFrameHeader(ByteView bytes, FlacFrameHeader& header);

/// `frame`, whole, as the first of a stream that counts samples: its header says that it begins at
/// sample `position` (below 2^36) and that block sizes vary, whatever it said before; both CRCs are
/// made anew. So frames of any source and any block size make one stream. Appends to `out`; false,
/// and nothing appended, when `frame` is no frame.
bool RenumberFlacFrame(ByteView frame, std::uint64_t position, Bytes& out);

/// The same for a stream of one block size (but the last frame's): the header says `frame_number`
/// (below 2^31) and that block sizes do not vary.
bool RenumberFixedFlacFrame(ByteView frame, std::uint64_t frame_number, Bytes& out);

}  // namespace isr
