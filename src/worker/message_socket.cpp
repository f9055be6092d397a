#include "worker/message_socket.hpp"

#include <cerrno>

#include <sys/socket.h>

#include "base/error.hpp"
#include "worker/wire.hpp"

namespace isr {
namespace {

ssize_t SendWith(int fd, std::span<const std::uint8_t> message, int flags) {
  ssize_t sent = -1;
  do {
    sent = ::send(fd, message.data(), message.size(), flags | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

}  // namespace

std::pair<MessageSocket, MessageSocket> MessageSocket::MakePair() {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    throw SystemError("cannot make a pair of sockets", errno);
  }
  return {MessageSocket(Fd(ends[0])), MessageSocket(Fd(ends[1]))};
}

MessageSocket::Sent MessageSocket::TrySend(std::span<const std::uint8_t> message) const {
  if (SendWith(fd_.Get(), message, MSG_DONTWAIT) >= 0) return Sent::kYes;
  const bool no_room = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
  return no_room ? Sent::kNoRoom : Sent::kPeerIsGone;
}

bool MessageSocket::Send(std::span<const std::uint8_t> message) const {
  return SendWith(fd_.Get(), message, 0) >= 0;
}

MessageSocket::Received MessageSocket::Receive(bool wait) {
  room_.resize(kMaxMessage);
  ssize_t size = -1;
  do {
    size = ::recv(fd_.Get(), room_.data(), room_.size(), wait ? 0 : MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size > 0) return {.message = std::span(room_).first(static_cast<std::size_t>(size))};
  const bool is_empty = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  return {.peer_is_gone = !is_empty};
}

}  // namespace isr
