#pragma once

#include <cstdint>

#include "format/bytes.hpp"

namespace isr {

/// Packs packets into the pages of one logical stream (RFC 3533), granule positions from 0. Appends
/// finished pages to the `out` of each call.
class OggWriter {
 public:
  /// A page ends when the next packet would make it hold more than `page_samples` (a second, say),
  /// or more than 32 KiB.
  OggWriter(std::uint32_t serial, std::uint32_t page_samples)
      : serial_(serial), page_samples_(page_samples) {}

  /// The stream's next header packet. The first has a page of its own.
  void AddHeader(ByteView packet, Bytes& out);

  /// The next audio packet. `samples` is what it adds to the granule position; for a Vorbis file's
  /// first packet 0, as a decoder gives nothing for it.
  void AddPacket(ByteView packet, std::uint32_t samples, Bytes& out);

  /// What is not yet out becomes a page.
  void Flush(Bytes& out);

  /// Ends the stream, with the last page's granule position `trim` samples less than counted.
  void Finish(std::uint32_t trim, Bytes& out);

  /// After the packets added so far.
  std::uint64_t Granule() const { return granule_; }

 private:
  void Lace(ByteView packet, Bytes& out);
  void EmitPage(bool last, Bytes& out);

  const std::uint32_t serial_;
  const std::uint32_t page_samples_;
  std::uint32_t sequence_ = 0;
  std::uint64_t granule_ = 0;       ///< after the last packet
  std::uint64_t page_start_ = 0;    ///< granule_ when the page was begun
  std::int64_t page_granule_ = -1;  ///< after the last packet that ends on the page; -1 = none
  bool continued_ = false;          ///< the page begins with the rest of a packet
  bool in_headers_ = true;
  Bytes lacing_;
  Bytes body_;
};

}  // namespace isr
