#include "webrtc/offer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/ip_address.hpp"
#include "base/text.hpp"

namespace isr {
namespace {

/// A browser offers one or two.
constexpr std::size_t kMostMedia = 16;
constexpr std::size_t kMostCandidates = 40;
constexpr std::size_t kLongestLine = 4096;

/// "a=name:value" of a section, in order.
struct Attribute {
  std::string_view name;
  std::string_view value;
};

struct Section {
  std::string_view line;  ///< behind "m="; empty: before the first
  std::vector<Attribute> attributes;

  std::optional<std::string_view> Find(std::string_view name) const {
    for (const Attribute& one : attributes) {
      if (one.name == name) return one.value;
    }
    return std::nullopt;
  }
};

[[noreturn]] void Refuse(const std::string& what) {
  throw LiveError("bad-offer", what);
}

std::vector<std::string_view> Words(std::string_view text, char separator = ' ') {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Whether it has `min` to `max` letters, digits and characters of `others`.
bool IsToken(std::string_view text, std::size_t min, std::size_t max, std::string_view others) {
  return text.size() >= min && text.size() <= max &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return IsAlphanumeric(c) || others.find(c) != std::string_view::npos;
         });
}

std::vector<Section> SectionsOf(std::string_view sdp) {
  std::vector<Section> sections(1);
  bool has_version = false;
  for (std::string_view line : Words(sdp, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.size() > kLongestLine || line.size() < 2 || line[1] != '=') {
      Refuse("a line of the offer is no SDP");
    }
    const std::string_view rest = line.substr(2);
    if (line[0] == 'v') has_version = true;
    if (line[0] == 'm') {
      sections.push_back({.line = rest});
      if (sections.size() > kMostMedia + 1) Refuse("the offer has too many m= lines");
    } else if (line[0] == 'a') {
      const std::size_t colon = std::min(rest.find(':'), rest.size());
      sections.back().attributes.push_back(
          {rest.substr(0, colon), rest.substr(std::min(colon + 1, rest.size()))});
    }
  }
  if (!has_version) Refuse("the offer is no SDP");
  return sections;
}

Offer::Media MediaOf(const Section& section) {
  const auto words = Words(section.line);
  if (words.size() < 4) Refuse("an m= line of the offer is too short");
  Offer::Media media{.kind = std::string(words[0]), .protocol = std::string(words[2])};
  for (const std::string_view format : std::span(words).subspan(3)) {
    if (!IsToken(format, 1, 32, "-.")) Refuse("an m= line of the offer has an odd format");
    media.formats += fmt::format("{}{}", media.formats.empty() ? "" : " ", format);
  }
  media.mid = section.Find("mid").value_or("");
  if (!IsToken(media.kind, 1, 32, "-") || !IsToken(media.protocol, 1, 32, "/-") ||
      !IsToken(media.mid, 0, 32, "-_.{}")) {
    Refuse("an m= line of the offer is odd");
  }
  return media;
}

/// Of an m= line that a listener may offer.
bool TakesAudio(const Section& section, const Offer::Media& media) {
  constexpr std::array<std::string_view, 3> kProtocols{"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP",
                                                       "RTP/SAVPF"};
  return media.kind == "audio" && !section.Find("sendonly") && !section.Find("inactive") &&
         std::find(kProtocols.begin(), kProtocols.end(), media.protocol) != kProtocols.end() &&
         (Words(section.line)[1] != "0" || section.Find("bundle-only"));
}

/// -1: the section does not have it.
int PayloadTypeOf(const Section& section, const Offer::Media& media, const RtpCodec& codec) {
  const std::string wanted = fmt::format("{}/{}{}", codec.name, codec.clock_rate, codec.parameter);
  for (const std::string_view word : Words(media.formats)) {
    const auto type = ParseInteger(word);
    if (!type || *type < 0 || *type > 127) continue;
    bool has_map = false;
    for (const Attribute& one : section.attributes) {
      const auto words = Words(one.value);
      if (one.name != "rtpmap" || words.size() < 2 || words[0] != word) continue;
      has_map = true;
      const std::string map = LowerCase(words[1]);
      if (map == wanted || (codec.parameter.empty() && map == wanted + "/1")) {
        return static_cast<int>(*type);
      }
    }
    if (!has_map && *type == codec.static_type) return codec.static_type;
  }
  return -1;
}

std::string FormatOf(const Section& section, int payload_type) {
  for (const Attribute& one : section.attributes) {
    const std::string type = fmt::format("{} ", payload_type);
    if (one.name != "fmtp" || !one.value.starts_with(type)) continue;
    const std::string_view value = one.value.substr(type.size());
    if (IsToken(value, 1, 512, "=;-_. ")) return std::string(value);
  }
  return {};
}

/// The best that there is.
std::string FingerprintOf(const Section& media, const Section& session) {
  std::string found;
  for (const Section* section : {&media, &session}) {
    for (const Attribute& one : section->attributes) {
      const auto words = Words(one.value);
      if (one.name != "fingerprint" || words.size() != 2) continue;
      const std::string hash = LowerCase(words[0]);
      const bool is_known =
          hash == "sha-256" || hash == "sha-384" || hash == "sha-512" || hash == "sha-1";
      if (!is_known || !IsToken(words[1], 2, 256, ":")) continue;
      if (found.empty() || hash == "sha-256") found = fmt::format("{} {}", hash, words[1]);
    }
  }
  if (found.empty()) Refuse("the offer has no fingerprint");
  return found;
}

/// RFC 8839 §5.1, as far as it is of use: nothing for names (mDNS), TCP, and RTCP apart from RTP.
std::optional<std::string> CandidateOf(std::string_view value) {
  constexpr std::array<std::string_view, 4> kTypes{"host", "srflx", "prflx", "relay"};
  const auto words = Words(value);
  if (words.size() < 8 || !IsToken(words[0], 1, 32, "+/") || words[1] != "1" ||
      LowerCase(words[2]) != "udp" || words[6] != "typ") {
    return std::nullopt;
  }
  const auto priority = ParseInteger(words[3]);
  const auto address = IpAddress::Parse(words[4]);
  const auto port = ParseInteger(words[5]);
  const bool is_known = std::find(kTypes.begin(), kTypes.end(), words[7]) != kTypes.end();
  if (!priority || *priority < 1 || *priority > 0x7fffffff || !address || !port || *port < 1 ||
      *port > 65535 || !is_known) {
    return std::nullopt;
  }
  return fmt::format("candidate:{} 1 udp {} {} {} typ {}{}", words[0], *priority, address->Text(),
                     *port, words[7], words[7] == "host" ? "" : " raddr 0.0.0.0 rport 9");
}

std::string TransportText(const Section& media, const Section& session, std::string_view name,
                          std::size_t min) {
  const auto found = media.Find(name) ? media.Find(name) : session.Find(name);
  if (!found || !IsToken(*found, min, 256, "+/-_=")) {
    Refuse(fmt::format("the offer has no fitting {}", name));
  }
  return std::string(*found);
}

/// What the answer says of the codec.
std::string FormatLine(const Offer& offer, const LiveProfile& profile) {
  if (profile.codec != "opus") return {};
  return fmt::format(
      "a=fmtp:{} minptime=10;useinbandfec={};stereo={};sprop-stereo={};maxaveragebitrate={};"
      "maxplaybackrate={};sprop-maxcapturerate={};cbr={};usedtx={}\r\n",
      offer.payload_type, int{profile.inband_fec}, int{profile.stereo}, int{profile.stereo},
      profile.bitrate, profile.max_playback_rate, profile.max_playback_rate, int{profile.cbr},
      int{profile.dtx});
}

/// Kilobits per second with IP, UDP and RTP (RFC 3556: b=AS).
int Bandwidth(const LiveProfile& profile) {
  constexpr int kHeaders = 16;  // 40 bytes, 50 times a second
  return (profile.codec == "opus" ? (profile.bitrate + 999) / 1000 : 64) + kHeaders;
}

std::string_view WordOf(const RtpCodec& codec) {
  if (codec.name == "opus") return "opus";
  if (codec.name == "g722") return "G722";
  return codec.name == "pcmu" ? "PCMU" : "PCMA";
}

}  // namespace

RtpCodec RtpCodecOf(const std::string& codec) {
  if (codec == "opus") return {codec, 48000, -1, "/2"};
  if (codec == "pcmu") return {codec, 8000, 0, ""};
  if (codec == "pcma") return {codec, 8000, 8, ""};
  if (codec == "g722") return {codec, 8000, 9, ""};
  throw LiveError("bad-wish",
                  "there is no codec '" + codec + "'; there are opus, pcmu, pcma, g722");
}

Offer ParseOffer(std::string_view sdp, const RtpCodec& codec) {
  const auto sections = SectionsOf(sdp);
  const Section& session = sections.front();
  Offer offer;
  const Section* chosen = nullptr;
  bool has_audio = false;
  for (const Section& section : std::span(sections).subspan(1)) {
    offer.media.push_back(MediaOf(section));
    if (chosen != nullptr || !TakesAudio(section, offer.media.back())) continue;
    has_audio = true;
    offer.payload_type = PayloadTypeOf(section, offer.media.back(), codec);
    if (offer.payload_type < 0) continue;
    chosen = &section;
    offer.chosen = offer.media.size() - 1;
  }
  if (!has_audio)
    Refuse("the offer does not want to hear anything: it has no m=audio that receives");
  if (chosen == nullptr) {
    throw LiveError("no-codec", fmt::format("the offer does not take {}", WordOf(codec)));
  }
  offer.is_bundle = session.Find("group").value_or("").starts_with("BUNDLE");
  offer.ice_ufrag = TransportText(*chosen, session, "ice-ufrag", 4);
  offer.ice_pwd = TransportText(*chosen, session, "ice-pwd", 22);
  offer.fingerprint = FingerprintOf(*chosen, session);
  offer.setup =
      (chosen->Find("setup") ? chosen->Find("setup") : session.Find("setup")).value_or("actpass");
  if (offer.setup != "active" && offer.setup != "passive") offer.setup = "actpass";
  offer.format = FormatOf(*chosen, offer.payload_type);
  for (const Attribute& one : chosen->attributes) {
    if (one.name != "candidate" || offer.candidates.size() == kMostCandidates) continue;
    if (auto candidate = CandidateOf(one.value)) offer.candidates.push_back(std::move(*candidate));
  }
  return offer;
}

std::string TextForWebrtcbin(const Offer& offer, const RtpCodec& codec) {
  const std::string& given = offer.media[offer.chosen].mid;
  const std::string mid = given.empty() ? "0" : given;
  std::string text = fmt::format(
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {0}\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF {1}\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
      "a=mid:{0}\r\na=ice-ufrag:{2}\r\na=ice-pwd:{3}\r\na=fingerprint:{4}\r\na=setup:{5}\r\n"
      "a=recvonly\r\na=rtcp-mux\r\na=rtpmap:{1} {6}/{7}{8}\r\n",
      mid, offer.payload_type, offer.ice_ufrag, offer.ice_pwd, offer.fingerprint, offer.setup,
      WordOf(codec), codec.clock_rate, codec.parameter);
  for (const std::string& candidate : offer.candidates) text += "a=" + candidate + "\r\n";
  return text;
}

std::string AnswerTo(const Offer& offer, std::string_view webrtcbin_answer, const RtpCodec& codec,
                     const LiveProfile& profile) {
  // What is ours, or not webrtcbin's to say.
  constexpr std::array<std::string_view, 6> kLeftOut{"rtpmap",   "fmtp", "mid",
                                                     "rtcp-mux", "rtcp", "sendonly"};
  const auto sections = SectionsOf(webrtcbin_answer);
  if (sections.size() != 2 || !sections[1].Find("sendonly")) {
    throw LiveError("failed", "webrtcbin would send nothing");
  }
  std::string text = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=isr\r\nt=0 0\r\n";
  if (offer.is_bundle) text += fmt::format("a=group:BUNDLE {}\r\n", offer.media[offer.chosen].mid);
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    const Offer::Media& media = offer.media[i];
    const bool is_chosen = i == offer.chosen;
    text +=
        fmt::format("m={} {} {} {}\r\nc=IN IP4 0.0.0.0\r\n", media.kind, is_chosen ? 9 : 0,
                    media.protocol, is_chosen ? std::to_string(offer.payload_type) : media.formats);
    if (is_chosen) text += fmt::format("b=AS:{}\r\n", Bandwidth(profile));
    if (!media.mid.empty()) text += fmt::format("a=mid:{}\r\n", media.mid);
    if (!is_chosen) {
      text += "a=inactive\r\n";
      continue;
    }
    text += fmt::format(
        "a=rtcp:9 IN IP4 0.0.0.0\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:{} {}/{}{}\r\n{}",
        offer.payload_type, WordOf(codec), codec.clock_rate, codec.parameter,
        FormatLine(offer, profile));
    for (const Attribute& one : sections[1].attributes) {
      if (std::find(kLeftOut.begin(), kLeftOut.end(), one.name) != kLeftOut.end()) continue;
      text += fmt::format("a={}{}{}\r\n", one.name, one.value.empty() ? "" : ":", one.value);
    }
    text += "a=end-of-candidates\r\n";
  }
  return text;
}

}  // namespace isr
