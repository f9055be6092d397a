#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "format/bytes.hpp"
#include "model/live.hpp"

namespace isr {

// What isr and isr-live say to each other: messages on two SEQPACKET sockets, one for what is asked
// and answered, which is lost never, and one for audio, which is lost where it does not fit. Each
// is u8 kind, u32 id, little-endian, then what the kind has.

/// The descriptors on which isr-live has them.
constexpr int kLiveControlSocket = 3;
constexpr int kLiveAudioSocket = 4;

enum class LiveKind : std::uint8_t {
  // audio; id: the stream
  kPcmFormat = 1,  ///< caps of audio/x-raw, as text
  kPcm,            ///< whole frames
  kCodedFormat,    ///< EncodeFormat of worker/wire.hpp
  kCoded,          ///< EncodeFrames
  // to isr-live
  kOffer,  ///< id: of the session; a LiveOrder
  kEnd,    ///< id: of the session
  kPing,
  // from isr-live
  kAnswer,   ///< id: of the session; SDP
  kRefusal,  ///< id: of the session, which is over; code, a line feed, text
  kOver,     ///< id: of the session, which its listener has left
  kPong,
};

struct LiveMessage {
  LiveKind kind = LiveKind::kPing;
  std::uint32_t id = 0;
  ByteView payload;

  std::string_view Text() const { return AsText(payload); }
};

Bytes EncodeLive(const LiveMessage& message);
/// Nothing: it is none. The payload lies in `bytes`.
std::optional<LiveMessage> DecodeLive(ByteView bytes);

/// What isr-live has to know to let somebody listen.
struct LiveOrder {
  std::uint32_t stream = 0;
  LiveProfile profile;
  std::string offer;   ///< SDP
  int first_port = 0;  ///< UDP; 0: any
  int last_port = 0;   ///< UDP; 0: any
  std::string stun_server;
  std::string turn_server;
};

std::string EncodeOrder(const LiveOrder& order);
/// Throws Error when it is none.
LiveOrder DecodeOrder(std::string_view text);

}  // namespace isr
