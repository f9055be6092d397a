#include "http/listener.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/guarded.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

constexpr int kBacklog = 128;

/// After a failed accept.
constexpr std::chrono::milliseconds kBreath{100};

/// Where half of the connections are taken, a request must come so many times faster: those who
/// come only to stay then leave room for others.
constexpr int kHaste = 10;

std::string WithoutBrackets(const std::string& address) {
  if (address.starts_with('[') && address.ends_with(']')) {
    return address.substr(1, address.size() - 2);
  }
  return address;
}

std::string Advice(const GError& error) {
  if (g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
    return "another program has this port; stop it or choose another port";
  }
  if (g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)) {
    return "ports below 1024 need the right to use them; choose one above";
  }
  return std::string(error.message) + "; is this an address of this machine?";
}

Ref<GSocketAddress> AddressOf(const std::string& address, int port) {
  const auto ip =
      Ref<GInetAddress>::Adopt(g_inet_address_new_from_string(WithoutBrackets(address).c_str()));
  if (!ip) {
    throw Error(
        fmt::format("cannot listen on '{}': not an IP address; 127.0.0.1 is this machine "
                    "only, 0.0.0.0 every network",
                    address));
  }
  return Ref<GSocketAddress>::Adopt(
      g_inet_socket_address_new(ip.Get(), static_cast<guint16>(port)));
}

/// Of a machine without IPv6 all are those of IPv4.
std::vector<std::string> EveryAddress() {
  const Fd probe(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return {probe.IsOpen() ? "::" : "0.0.0.0"};
}

/// `v6_only`: what stands for all IPv6 addresses leaves IPv4 to another socket.
Ref<GSocket> ListeningSocket(GSocketAddress* where, bool v6_only, GError** error) {
  const GSocketFamily family = g_socket_address_get_family(where);
  auto socket =
      Ref<GSocket>::Adopt(g_socket_new(family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error));
  if (!socket) return {};
  if (family == G_SOCKET_FAMILY_IPV6) {
    g_socket_set_option(socket.Get(), IPPROTO_IPV6, IPV6_V6ONLY, v6_only ? 1 : 0, nullptr);
  }
  g_socket_set_listen_backlog(socket.Get(), kBacklog);
  g_socket_set_blocking(socket.Get(), FALSE);
  const bool listens = g_socket_bind(socket.Get(), where, TRUE, error) != FALSE &&
                       g_socket_listen(socket.Get(), error) != FALSE;
  return listens ? socket : Ref<GSocket>();
}

int PortOf(GSocket* socket) {
  const auto address = Ref<GSocketAddress>::Adopt(g_socket_get_local_address(socket, nullptr));
  return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address.Get()));
}

}  // namespace

/// One open connection. Its end is known by the end of the stream object, which SoupServer keeps as
/// long as it talks.
struct Listener::Connection {
  Connection(Listener& its_owner, GSocketConnection* its_stream, Ref<GSocketAddress> its_remote)
      : owner(its_owner), stream(its_stream), remote(std::move(its_remote)) {
    g_object_weak_ref(G_OBJECT(stream), OnStreamGone, this);
  }
  ~Connection() {
    if (stream != nullptr) g_object_weak_unref(G_OBJECT(stream), OnStreamGone, this);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Ref<GSocket> Socket() const {
    return Ref<GSocket>::Share(g_socket_connection_get_socket(stream));
  }

  /// A reset at the close: one who goes on sending would else hang for a minute in a full window.
  void Abort() const {
    const linger at_once{1, 0};
    ::setsockopt(g_socket_get_fd(Socket().Get()), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    g_socket_shutdown(Socket().Get(), TRUE, TRUE, nullptr);
  }

  static void OnStreamGone(gpointer self, GObject* /*gone*/) noexcept {
    auto& connection = *static_cast<Connection*>(self);
    connection.stream = nullptr;
    Guarded("http listener", [&] { connection.owner.Forget(connection.remote.Get()); });
  }

  Listener& owner;
  GSocketConnection* stream;  // not owned
  const Ref<GSocketAddress> remote;
  SourceHandle deadline;
  bool is_retained = false;
  bool is_encrypted = false;
};

Listener::Listener(const std::vector<std::string>& addresses, int port, Limits limits,
                   Handler handler)
    : limits_(limits), handler_(std::move(handler)) {
  Listen(addresses, port);
}

Listener::~Listener() = default;

void Listener::Listen(const std::vector<std::string>& addresses, int port) {
  const bool had_doors = !doors_.empty();
  const int port_before = port_;
  doors_.clear();  // the new ones may have the same port
  try {
    Open(addresses, port);
  } catch (...) {
    doors_.clear();
    if (had_doors) Open(addresses_, port_before);
    SetAccepting(true);
    throw;
  }
  addresses_ = addresses;
  SetAccepting(true);
}

void Listener::Open(const std::vector<std::string>& addresses, int port) {
  const auto wanted = addresses.empty() ? EveryAddress() : addresses;
  const auto is_v4 = [](const std::string& address) {
    return address.find(':') == std::string::npos;
  };
  const bool v6_only = std::any_of(wanted.begin(), wanted.end(), is_v4);
  port_ = port;
  for (const std::string& address : wanted) {
    const Ref<GSocketAddress> where = AddressOf(address, port_);
    g_autoptr(GError) error = nullptr;
    Door door{ListeningSocket(where.Get(), v6_only, &error), {}};
    if (!door.socket) {
      throw Error(fmt::format("cannot listen on {}, port {}: {}", address, port_, Advice(*error)));
    }
    port_ = PortOf(door.socket.Get());
    doors_.push_back(std::move(door));
  }
}

void Listener::SetAccepting(bool accepting) {
  for (Door& door : doors_) {
    if (!accepting) {
      door.incoming.Reset();
    } else if (!door.incoming.IsActive() && !pause_.IsActive()) {
      GSocket* const socket = door.socket.Get();
      door.incoming = SourceHandle::OnFd(g_socket_get_fd(socket), G_IO_IN,
                                         [this, socket] { AcceptWaiting(socket); });
    }
  }
}

void Listener::AcceptWaiting(GSocket* door) {
  // At the limit no descriptor is spent on the next one: it waits until one of these closes.
  while (connections_.size() < limits_.connections) {
    g_autoptr(GError) error = nullptr;
    const auto socket = Ref<GSocket>::Adopt(g_socket_accept(door, nullptr, &error));
    if (!socket) {
      if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) TakeBreath(*error);
      return;
    }
    in_trouble_ = false;
    Take(socket.Get());
  }
  SetAccepting(false);
}

/// No descriptors are left, or no memory. The one who waits keeps the socket readable: asked again
/// at once, we would do nothing else.
void Listener::TakeBreath(const GError& error) {
  if (!in_trouble_) {
    LogWarning("http", "cannot take connections ({}), trying again", error.message);
  }
  in_trouble_ = true;
  SetAccepting(false);
  pause_ = SourceHandle::After(kBreath, [this] {
    pause_.Reset();
    SetAccepting(true);
  });
}

void Listener::Take(GSocket* socket) {
  const auto stream =
      Ref<GSocketConnection>::Adopt(g_socket_connection_factory_create_connection(socket));
  auto remote =
      Ref<GSocketAddress>::Adopt(g_socket_connection_get_remote_address(stream.Get(), nullptr));
  const auto local =
      Ref<GSocketAddress>::Adopt(g_socket_connection_get_local_address(stream.Get(), nullptr));
  if (!remote || !local) return;  // gone already; there may be no error that says so
  GSocketAddress* const key = remote.Get();
  auto connection = std::make_unique<Connection>(*this, stream.Get(), std::move(remote));
  const bool is_crowded = connections_.size() >= limits_.connections / 2;
  connection->deadline = SourceHandle::After(
      is_crowded ? limits_.request / kHaste : limits_.request, [&connection = *connection] {
        LogDebug("http", "a client did not finish its request in time");
        connection.Abort();
      });
  connections_.emplace(key, std::move(connection));
  handler_(stream.Get(), local.Get(), key);
}

void Listener::Forget(GSocketAddress* remote) {
  const auto found = connections_.find(remote);
  if (found->second->is_retained) --retained_;
  connections_.erase(found);
  SetAccepting(true);
}

void Listener::RequestArrived(GSocketAddress* remote) {
  const auto found = connections_.find(remote);
  if (found != connections_.end()) found->second->deadline.Reset();
}

bool Listener::Retain(GSocketAddress* remote) {
  const auto found = connections_.find(remote);
  if (found == connections_.end() || retained_ >= limits_.connections / 2) return false;
  found->second->is_retained = true;
  ++retained_;
  return true;
}

void Listener::SetEncrypted(GSocketAddress* remote) {
  const auto found = connections_.find(remote);
  if (found != connections_.end()) found->second->is_encrypted = true;
}

bool Listener::IsEncrypted(GSocketAddress* remote) const {
  const auto found = connections_.find(remote);
  return found != connections_.end() && found->second->is_encrypted;
}

void Listener::EndRetained() {
  for (const auto& [remote, connection] : connections_) {
    if (connection->is_retained) connection->Abort();
  }
}

Ref<GSocket> Listener::SocketOf(GSocketAddress* remote) const {
  const auto found = connections_.find(remote);
  return found == connections_.end() ? Ref<GSocket>() : found->second->Socket();
}

}  // namespace isr
