#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "format/frame.hpp"
#include "format/ogg_mapping.hpp"
#include "format/ogg_page.hpp"

namespace isr {

/// Packets of the Vorbis, Opus and FLAC streams in Ogg (RFC 3533), chained ones included: when a
/// new logical stream of these begins, it takes the place of the one before. Of streams side by
/// side the first is taken. A page's packets come out when the whole page is there.
class OggFramer final : public Framer {
 public:
  void Push(ByteView bytes) override { reader_.Push(bytes); }
  void Finish() override {
    ended_ = true;
    reader_.Finish();
  }
  std::optional<StreamItem> Next() override;

 private:
  struct Packet {
    ByteView bytes;  ///< in `page_` or `joined_`
    std::uint32_t samples = 0;
    std::uint32_t trim = 0;
  };

  void TakePage(const OggPage& page);
  bool IsOurs(const OggPage& page);
  void Begin(const OggPage& page);
  void CheckSequence(const OggPage& page);
  void TakePackets(const OggPage& page);
  void TakePacket(ByteView packet);
  void PlacePackets(const OggPage& page);
  void Trim(std::uint64_t samples);
  void Announce();
  Frame TakeFrame();

  OggPageReader reader_;
  bool ended_ = false;
  std::deque<StreamItem> events_;  ///< to be said before the packets

  // The page whose packets are given out.
  Bytes page_;
  Bytes joined_;  ///< its first packet, if that began on a page before
  std::vector<Packet> packets_;
  size_t next_packet_ = 0;
  std::optional<std::uint64_t> position_;  ///< of the next packet given out

  // The logical stream.
  std::optional<OggMapping> mapping_;  ///< none before the first, and when it cannot be understood
  std::uint32_t serial_ = 0;
  std::uint32_t sequence_ = 0;  ///< of the page that should come next
  bool beginning_ = false;      ///< only first pages came since the stream began
  bool announced_ = false;
  Bytes partial_;                         ///< a packet that goes on on the next page
  bool in_packet_ = false;                ///< there is one
  std::optional<std::uint64_t> granule_;  ///< after the last packet; none when not known
  std::optional<std::uint32_t> lost_;     ///< pages missing before this one

  CodedFormat format_;  ///< announced last
  bool any_announced_ = false;
};

}  // namespace isr
