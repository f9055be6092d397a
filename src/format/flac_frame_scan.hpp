#pragma once

#include <cstdint>
#include <optional>

#include "format/bytes.hpp"
#include "format/flac_frame.hpp"

namespace isr {

/// Looks for the end of the FLAC frame at the front of some bytes, as they grow: its CRC-16 comes
/// out right there, and another frame's header, "fLaC", a tag or the end of the stream follows.
class FlacFrameScan {
 public:
  enum class End {
    kNeedMore,
    kFound,     ///< the frame is `Length()` bytes long
    kDamaged,   ///< the header of the frame after it stands at `Length()`, but the CRC is wrong
    kNotFound,  ///< none as far as the frame can reach, or up to the end of the stream
  };

  /// A frame with this header begins at the front of `data`, which hold all of the header.
  void Begin(const FlacFrameHeader& header, ByteView data);

  /// Goes on; `data` begin with the same frame each time. `stream_bits`: of STREAMINFO, 0 when not
  /// known. `ended`: no more bytes come.
  End Find(ByteView data, int stream_bits, bool ended);

  const FlacFrameHeader& Header() const { return header_; }
  size_t Length() const { return scanned_; }

  /// Where the first header stands that was seen on the way, for another try; 0 = there was none.
  size_t NextHeader() const { return next_header_; }

 private:
  bool IsNext(const FlacFrameHeader& header) const;
  std::optional<End> EndsHere(ByteView data, bool ended);
  End FindLastEnd(ByteView data);

  FlacFrameHeader header_;
  size_t scanned_ = 0;     ///< bytes looked at
  std::uint16_t crc_ = 0;  ///< of those
  size_t next_header_ = 0;
};

}  // namespace isr
