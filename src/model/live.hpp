#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace isr {

/// How live audio is encoded. Listeners with equal profiles share an encoder.
struct LiveProfile {
  std::string codec = "opus";     ///< "opus", "pcmu", "pcma" or "g722"
  int bitrate = 96000;            ///< of Opus, bits per second
  int max_playback_rate = 48000;  ///< of Opus: 8000, 12000, 16000, 24000 or 48000
  bool cbr = false;               ///< Opus: as many bits for each packet
  bool inband_fec = true;         ///< Opus: what a lost packet held comes again in the next
  bool dtx = false;               ///< Opus: nothing is sent while it is quiet
  bool stereo = true;             ///< else the channels are mixed; Opus alone has two

  auto operator<=>(const LiveProfile&) const = default;
};

/// How listeners are served.
struct LiveRules {
  LiveProfile profile;        ///< of those who do not ask for another one
  int most_bitrate = 256000;  ///< that one may ask for, bits per second
  std::size_t max_listeners = 20;
  int first_port = 0;  ///< UDP; 0: any
  int last_port = 0;   ///< UDP; 0: any
  std::string stun_server;
  std::string turn_server;
};

/// A browser that wants to hear a source.
struct LiveRequest {
  std::string source;                         ///< its name
  std::map<std::string, std::string> wishes;  ///< "codec", "bitrate" or "stereo", as text
  std::string offer;                          ///< SDP
};

/// Why nobody hears anything. The text is for people, the code for programs:
///
///     bad-offer       no SDP that WebRTC could begin with
///     bad-wish        a wish that is none
///     no-codec        the offer lacks the codec that is wanted
///     busy            too many listen already, or too many ask at once
///     not-installed   the program or a plugin that does it is not there
///     failed          it was tried
class LiveError : public Error {
 public:
  LiveError(std::string code, const std::string& message)
      : Error(message), code_(std::move(code)) {}
  const std::string& Code() const { return code_; }

 private:
  std::string code_;
};

/// What became of a request.
struct LiveAnswer {
  std::string session;  ///< its name, for End
  std::string sdp;
  std::optional<LiveError> error;
};

/// Who lets browsers hear the sources now. Main thread.
class LiveService {
 public:
  virtual ~LiveService() = default;
  /// Calls `done` once, soon, unless it is gone before.
  virtual void Listen(const LiveRequest& request, std::function<void(LiveAnswer)> done) = 0;
  /// False: there is no such session (any more).
  virtual bool End(const std::string& session) = 0;
};

}  // namespace isr
