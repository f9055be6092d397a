#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/fd.hpp"

namespace isr {

/// One end of a pair of sockets that carry whole messages (AF_UNIX, SEQPACKET). Sending is
/// thread-safe.
class MessageSocket {
 public:
  enum class Sent { kYes, kNoRoom, kPeerIsGone };

  MessageSocket() = default;
  explicit MessageSocket(Fd fd) : fd_(std::move(fd)) {}
  /// Both ends, closed in programs that are started. Throws Error.
  static std::pair<MessageSocket, MessageSocket> MakePair();

  int Descriptor() const { return fd_.Get(); }
  bool IsOpen() const { return fd_.IsOpen(); }

  /// Does not wait.
  Sent TrySend(std::span<const std::uint8_t> message) const;
  /// Waits for room. False: nobody is there.
  bool Send(std::span<const std::uint8_t> message) const;

  struct Received {
    bool peer_is_gone = false;
    std::span<const std::uint8_t> message;  ///< empty: none is there; valid until the next call
  };
  /// `wait`: until one comes, or the peer has gone. One thread at a time.
  Received Receive(bool wait);

 private:
  Fd fd_;
  std::vector<std::uint8_t> room_;
};

}  // namespace isr
