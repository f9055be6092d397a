#pragma once

#include <cstdint>
#include <optional>

#include "format/byte_queue.hpp"
#include "format/bytes.hpp"
#include "format/header_sight.hpp"

namespace isr {

/// A page (RFC 3533 section 6). The views are into the bytes that it was read from.
struct OggPage {
  bool continued = false;    ///< begins with the rest of a packet
  bool first = false;        ///< of its logical stream
  bool last = false;         ///< of its logical stream
  std::int64_t granule = 0;  ///< position after the last packet that ends here; -1 = none ends
  std::uint32_t serial = 0;
  std::uint32_t sequence = 0;
  ByteView lacing;  ///< a packet's length is the sum of these up to one below 255
  ByteView body;
  ByteView bytes;  ///< all of it
};

constexpr size_t kOggPageHeaderBytes = 27;
constexpr size_t kMaxOggPage = kOggPageHeaderBytes + 255 + 255 * 255;
constexpr std::int64_t kNoGranule = -1;

/// Whether a page with a right CRC stands at the front of `bytes`; kNeedMore only when there are
/// fewer than `kMaxOggPage` of them. Sets `page` when it says kYes.
HeaderSight ParseOggPage(ByteView bytes, OggPage& page);

/// Sets the CRC of a page, `page` being all of it.
void SignOggPage(std::span<std::uint8_t> page);

/// Cuts a stream of bytes into pages; skips what is none, or damaged.
class OggPageReader {
 public:
  void Push(ByteView bytes) { queue_.Push(bytes); }
  void Finish() { ended_ = true; }

  /// Valid until the next call. None when more bytes are needed.
  std::optional<OggPage> Next();

  /// Bytes skipped since the last call, before the page that came last.
  std::uint64_t TakeGarbage();

 private:
  ByteQueue queue_;
  bool ended_ = false;
  std::uint64_t garbage_ = 0;
};

}  // namespace isr
