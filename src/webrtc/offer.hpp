#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/live.hpp"

namespace isr {

/// A codec as SDP names it.
struct RtpCodec {
  std::string name;       ///< "opus", in lower case
  int clock_rate = 0;     ///< of RTP; that of G.722 is 8000 (RFC 3551 §4.5.2)
  int static_type = -1;   ///< payload type without an rtpmap; -1: it has none
  std::string parameter;  ///< encoding parameter, the channels of Opus: "/2"
};

/// `codec`: of a LiveProfile. Throws LiveError.
RtpCodec RtpCodecOf(const std::string& codec);

/// What a listener's browser offers, as far as a mere listener needs it. All of it is a stranger's
/// text, every part checked character by character: nothing else of it reaches webrtcbin.
struct Offer {
  /// One m= line.
  struct Media {
    std::string kind;      ///< "audio"
    std::string protocol;  ///< "UDP/TLS/RTP/SAVPF"
    std::string formats;   ///< payload types
    std::string mid;       ///< may be empty
  };
  std::vector<Media> media;
  std::size_t chosen = 0;  ///< the one that is answered
  bool is_bundle = false;
  std::string ice_ufrag;
  std::string ice_pwd;
  std::string fingerprint;  ///< "sha-256 AA:BB..."
  std::string setup;        ///< "actpass", "active" or "passive"
  int payload_type = -1;
  std::string format;                   ///< parameters of the codec (a=fmtp), may be empty
  std::vector<std::string> candidates;  ///< over UDP, to an IP address: "candidate:..."
};

/// Throws LiveError: bad-offer, or no-codec.
Offer ParseOffer(std::string_view sdp, const RtpCodec& codec);

/// The offer as webrtcbin gets it: one m= line with one codec.
std::string TextForWebrtcbin(const Offer& offer, const RtpCodec& codec);

/// The answer to the whole offer, from what webrtcbin answers and what the encoder really does.
/// Throws LiveError (failed) when nothing would be sent.
std::string AnswerTo(const Offer& offer, std::string_view webrtcbin_answer, const RtpCodec& codec,
                     const LiveProfile& profile);

}  // namespace isr
