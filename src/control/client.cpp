#include "control/client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "control/socket_address.hpp"

namespace isr {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxAnswer = 16 * 1024 * 1024;

Error CannotConnect(const std::string& path, int error_number) {
  switch (error_number) {
    case ENOENT:
      return Error(
          fmt::format("isr is not running: no socket at '{}'; start it with 'isr run "
                      "CONFIG', or name the socket of one that has another "
                      "state_directory with --socket",
                      path));
    case ECONNREFUSED:
      return Error(
          fmt::format("isr is not running: nobody answers at '{}', which a dead isr left; "
                      "start it with 'isr run CONFIG'",
                      path));
    case EACCES:
      return Error(
          fmt::format("not allowed to talk to isr at '{}'; use the user that isr runs as", path));
    case EAGAIN:
      return Error(fmt::format("isr is busy: too many wait at '{}'; try again", path));
    default:
      return SystemError(fmt::format("cannot talk to isr at '{}'", path), error_number);
  }
}

}  // namespace

ControlClient::ControlClient(const std::string& path, milliseconds timeout)
    : path_(path),
      timeout_(timeout),
      fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  if (!fd_.IsOpen()) throw SystemError("cannot make a socket", errno);
  const sockaddr_un address = SocketAddress(path);
  if (::connect(fd_.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw CannotConnect(path, errno);
  }
}

JsonValue ControlClient::Ask(const ControlRequest& request) {
  Send(WriteRequest(request) + '\n');
  JsonValue answer = JsonValue::Parse(ReadLine());
  if (answer["ok"].Boolean()) return answer;
  const JsonValue error = answer["error"];
  throw CommandError(error["code"].String(), error["message"].String(),
                     error["problems"].Strings());
}

void ControlClient::WaitForEnd(milliseconds timeout) {
  const MonotonicTime deadline = SystemClock().Monotonic() + timeout;
  while (Read(deadline)) in_.clear();
}

void ControlClient::Send(std::string_view bytes) {
  const MonotonicTime deadline = SystemClock().Monotonic() + timeout_;
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_.Get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN) {
      Poll(POLLOUT, deadline);
    } else if (errno != EINTR) {
      throw SystemError(fmt::format("cannot talk to isr at '{}'", path_), errno);
    }
  }
}

std::string ControlClient::ReadLine() {
  const MonotonicTime deadline = SystemClock().Monotonic() + timeout_;
  while (true) {
    const size_t end = in_.find('\n');
    if (end != std::string::npos) {
      std::string line = in_.substr(0, end);
      in_.erase(0, end + 1);
      return line;
    }
    if (in_.size() > kMaxAnswer) throw Error("isr's answer does not end");
    if (!Read(deadline)) throw Error("isr ended before it answered");
  }
}

/// False at the end of the stream.
bool ControlClient::Read(MonotonicTime deadline) {
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t count = ::recv(fd_.Get(), buffer.data(), buffer.size(), 0);
    if (count >= 0) {
      in_.append(buffer.data(), static_cast<size_t>(count));
      return count > 0;
    }
    if (errno == ECONNRESET) return false;
    if (errno == EAGAIN) {
      Poll(POLLIN, deadline);
    } else if (errno != EINTR) {
      throw SystemError(fmt::format("cannot talk to isr at '{}'", path_), errno);
    }
  }
}

void ControlClient::Poll(short events, MonotonicTime deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - SystemClock().Monotonic());
  pollfd entry{.fd = fd_.Get(), .events = events, .revents = 0};
  const int ready =
      left <= milliseconds::zero() ? 0 : ::poll(&entry, 1, static_cast<int>(left.count()));
  if (ready == 0) throw Error(fmt::format("isr at '{}' does not answer in time", path_));
}

}  // namespace isr
