#include "control/server.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "control/commands.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "control";
constexpr int kBacklog = 32;

/// After a failed accept (no descriptors left): the reason may pass.
constexpr std::chrono::seconds kAcceptPause{1};

Fd NewSocket() {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.IsOpen()) throw SystemError("cannot make a socket", errno);
  return fd;
}

Fd Listen(const ControlSocket& socket) {
  const sockaddr_un address = SocketAddress(socket.path);
  Fd fd = NewSocket();
  ::unlink(socket.path.c_str());
  // Before bind, so that it is never there for more people than meant; the umask takes some away
  // again, hence once more after it.
  ::fchmod(fd.Get(), socket.mode);
  if (::bind(fd.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(socket.path.c_str(), socket.mode) != 0 || ::listen(fd.Get(), kBacklog) != 0) {
    throw SystemError("cannot listen on the control socket '" + socket.path + "'", errno);
  }
  return fd;
}

}  // namespace

bool IsControlSocketAlive(const std::string& path) {
  const sockaddr_un address = SocketAddress(path);
  const Fd fd = NewSocket();
  const int outcome =
      ::connect(fd.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return outcome == 0 || errno == EAGAIN;  // EAGAIN: its queue is full
}

ControlServer::ControlServer(const ControlSocket& socket, ControlService& service,
                             ControlServerOptions options)
    : path_(socket.path), service_(service), options_(options), fd_(Listen(socket)) {
  AcceptOn();
}

ControlServer::~ControlServer() {
  StopListening();
}

void ControlServer::StopListening() {
  if (!fd_.IsOpen()) return;
  ::unlink(path_.c_str());
  incoming_.Reset();
  fd_.Reset();
}

void ControlServer::AcceptOn() {
  if (!fd_.IsOpen() || incoming_.IsActive() || clients_.size() >= options_.max_clients) return;
  incoming_ = SourceHandle::OnFd(fd_.Get(), G_IO_IN, [this] { Accept(); });
}

void ControlServer::Accept() {
  Fd client(::accept4(fd_.Get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!client.IsOpen()) {
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return;
    LogWarning(kDomain, "{}; trying again in {} s",
               SystemError("cannot take a client of the control socket", errno).what(),
               kAcceptPause.count());
    incoming_.Reset();
    accept_again_ = SourceHandle::After(kAcceptPause, [this] { AcceptOn(); });
    return;
  }
  ControlConnection::Owner& self = *this;
  clients_.push_back({++last_number_, std::make_unique<ControlConnection>(
                                          std::move(client), options_.connection, self)});
  if (clients_.size() >= options_.max_clients) incoming_.Reset();
}

void ControlServer::OnRequest(ControlConnection& connection, const std::string& line) {
  ExecuteRequest(service_, line, [this, number = NumberOf(connection)](std::string answer) {
    Respond(number, std::move(answer));
  });
}

void ControlServer::Respond(std::uint64_t number, std::string answer) {
  for (const Client& client : clients_) {
    if (client.number == number) return client.connection->Answer(std::move(answer));
  }
}

void ControlServer::OnEnded(ControlConnection& connection) {
  ended_.push_back(NumberOf(connection));
  sweep_ = SourceHandle::After(std::chrono::milliseconds(0), [this] { Sweep(); });
}

void ControlServer::Sweep() {
  std::erase_if(clients_, [this](const Client& client) {
    return std::find(ended_.begin(), ended_.end(), client.number) != ended_.end();
  });
  ended_.clear();
  AcceptOn();
}

std::uint64_t ControlServer::NumberOf(const ControlConnection& connection) const {
  for (const Client& client : clients_) {
    if (client.connection.get() == &connection) return client.number;
  }
  return 0;
}

}  // namespace isr
