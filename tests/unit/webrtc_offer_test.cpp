#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "webrtc/offer.hpp"

namespace isr {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kTransport =
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
    "a=fingerprint:sha-256 AA:BB:CC\r\na=setup:actpass\r\n";
const std::string kAudio =
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 9 0\r\na=mid:1\r\na=recvonly\r\na=rtcp-mux\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:9 "
    "G722/8000\r\n";
const std::string kBegin =
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n";
const std::string kVideo = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=recvonly\r\n";
const std::string kFromWebrtcbin =
    "v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:server\r\na=sendonly\r\n"
    "a=candidate:1 1 UDP 1 192.0.2.1 5 typ host\r\n";

Offer Parse(const std::string& sdp, const std::string& codec = "opus") {
  return ParseOffer(sdp, RtpCodecOf(codec));
}

std::string CodeOf(const std::string& sdp, const std::string& codec = "opus") {
  try {
    Parse(sdp, codec);
  } catch (const LiveError& error) {
    return error.Code();
  }
  return "";
}

TEST(WebrtcOffer, AnOfferIsReadWithItsTransport) {
  const Offer offer = Parse(kBegin + kVideo + kAudio + kTransport);
  EXPECT_EQ(offer.chosen, 1U);
  EXPECT_EQ(offer.payload_type, 111);
  EXPECT_EQ(offer.format, "minptime=10;useinbandfec=1");
  EXPECT_EQ(offer.ice_ufrag, "abcd");
  EXPECT_TRUE(offer.is_bundle);
}

TEST(WebrtcOffer, WhatStandsForAllMediaStandsForTheAudio) {
  EXPECT_EQ(Parse(kBegin + kTransport + kAudio).fingerprint, "sha-256 AA:BB:CC");
}

TEST(WebrtcOffer, CodecsWithAPayloadTypeOfTheirOwnNeedNoMap) {
  EXPECT_EQ(Parse(kBegin + kAudio + kTransport, "pcmu").payload_type, 0);
  EXPECT_EQ(Parse(kBegin + kAudio + kTransport, "g722").payload_type, 9);
  EXPECT_EQ(CodeOf(kBegin + kAudio + kTransport, "pcma"), "no-codec");
}

TEST(WebrtcOffer, WhatWantsToHearNothingIsRefused) {
  EXPECT_EQ(CodeOf(""), "bad-offer");
  EXPECT_EQ(CodeOf(kBegin + kVideo + kTransport), "bad-offer");
  EXPECT_EQ(CodeOf(kBegin + kAudio), "bad-offer");
  EXPECT_EQ(CodeOf(kBegin + kAudio + kTransport + "a=inactive\r\n"), "bad-offer");
  EXPECT_EQ(CodeOf(kBegin + kAudio + "a=ice-ufrag:a b\r\n" + kTransport), "bad-offer");
  EXPECT_EQ(CodeOf(kBegin + kAudio + kTransport + std::string(5000, 'x') + "\r\n"), "bad-offer");
}

TEST(WebrtcOffer, OnlyCandidatesThatAreAddressesReachWebrtcbin) {
  const Offer offer = Parse(kBegin + kAudio + kTransport +
                            "a=candidate:1 1 udp 2113937151 10.0.0.7 5000 typ host generation 0\r\n"
                            "a=candidate:2 1 udp 2113937151 1234.local 5000 typ host\r\n"
                            "a=candidate:3 1 tcp 1518280447 10.0.0.7 9 typ host tcptype active\r\n"
                            "a=candidate:4 1 udp 99999999999 10.0.0.7 5000 typ host\r\n"
                            "a=candidate:5 1 udp 5 10.0.0.7 70000 typ host\r\n");
  EXPECT_THAT(offer.candidates,
              testing::ElementsAre("candidate:1 1 udp 2113937151 10.0.0.7 5000 typ host"));
}

TEST(WebrtcOffer, NothingOfTheStrangersTextReachesWebrtcbinUnread) {
  const std::string text = TextForWebrtcbin(
      Parse(kBegin + kVideo + kAudio + kTransport + "a=extmap:1 urn:x\r\na=ssrc:1 cname:x\r\n"),
      RtpCodecOf("opus"));
  EXPECT_THAT(text, HasSubstr("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("video")));
  EXPECT_THAT(text, Not(HasSubstr("urn:x")));
  EXPECT_THAT(text, Not(HasSubstr("cname")));
}

TEST(WebrtcOffer, TheAnswerHasALineForEachOfTheOffer) {
  const LiveProfile profile{.bitrate = 64000, .cbr = true, .stereo = false};
  const std::string answer = AnswerTo(Parse(kBegin + kVideo + kAudio + kTransport), kFromWebrtcbin,
                                      RtpCodecOf("opus"), profile);
  EXPECT_THAT(answer, HasSubstr("a=group:BUNDLE 1\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\n"));
  EXPECT_THAT(answer,
              HasSubstr("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\nb=AS:80\r\n"));
  EXPECT_THAT(answer, HasSubstr("maxaveragebitrate=64000"));
  EXPECT_THAT(answer, HasSubstr("cbr=1"));
  EXPECT_THAT(answer, HasSubstr("sprop-stereo=0"));
  EXPECT_THAT(answer, HasSubstr("a=candidate:1 1 UDP 1 192.0.2.1 5 typ host\r\n"));
}

TEST(WebrtcOffer, AnAnswerThatSendsNothingIsNone) {
  const std::string inactive = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=inactive\r\n";
  EXPECT_THROW(AnswerTo(Parse(kBegin + kAudio + kTransport), inactive, RtpCodecOf("opus"), {}),
               LiveError);
}

}  // namespace
}  // namespace isr
