#include "control/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

#include "control/protocol.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

bool WouldBlock() {
  return errno == EAGAIN || errno == EINTR;
}

}  // namespace

ControlConnection::ControlConnection(Fd fd, Limits limits, Owner& owner)
    : limits_(limits), owner_(owner), fd_(std::move(fd)) {
  ReadOn();
}

void ControlConnection::ReadOn() {
  ArmDeadline();
  readable_ = SourceHandle::OnFd(fd_.Get(), G_IO_IN, [this] { OnReadable(); });
}

void ControlConnection::OnReadable() {
  std::array<char, 4096> buffer;
  const ssize_t count = ::recv(fd_.Get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && WouldBlock()) return;
  if (count <= 0) return End();
  in_.append(buffer.data(), static_cast<size_t>(count));
  TakeLine();
}

void ControlConnection::TakeLine() {
  const size_t end = in_.find('\n');
  if (std::min(end, in_.size()) > limits_.line) return Refuse();
  if (end == std::string::npos) {
    if (!readable_.IsActive()) ReadOn();
    return;
  }
  const std::string line = in_.substr(0, end);
  in_.erase(0, end + 1);
  readable_.Reset();
  deadline_.Reset();
  owner_.OnRequest(*this, line);
}

void ControlConnection::Refuse() {
  readable_.Reset();
  refused_ = true;
  Answer(ErrorAnswer(
      CommandError("too-long", fmt::format("a request has at most {} bytes", limits_.line))));
}

void ControlConnection::Answer(std::string line) {
  if (!fd_.IsOpen()) return;
  out_ = std::move(line) + '\n';
  ArmDeadline();
  writable_ = SourceHandle::OnFd(fd_.Get(), G_IO_OUT, [this] { OnWritable(); });
}

void ControlConnection::OnWritable() {
  const ssize_t count = ::send(fd_.Get(), out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && WouldBlock()) return;
  if (count < 0) return End();
  out_.erase(0, static_cast<size_t>(count));
  if (!out_.empty()) return;
  writable_.Reset();
  if (refused_) return End();
  TakeLine();
}

void ControlConnection::ArmDeadline() {
  deadline_ = SourceHandle::After(limits_.patience, [this] {
    LogDebug("control", "a client took too long and is dropped");
    End();
  });
}

void ControlConnection::End() {
  readable_.Reset();
  writable_.Reset();
  deadline_.Reset();
  fd_.Reset();
  owner_.OnEnded(*this);
}

}  // namespace isr
