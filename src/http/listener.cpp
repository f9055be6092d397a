#include "http/listener.hpp"

#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

#include "base/error.hpp"
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
};

Listener::Listener(const std::string& address, int port, Limits limits, Handler handler)
    : limits_(limits), handler_(std::move(handler)) {
  Listen(address, port);
  SetAccepting(true);
}

Listener::~Listener() = default;

void Listener::Listen(const std::string& address, int port) {
  const Ref<GSocketAddress> wanted = AddressOf(address, port);
  g_autoptr(GError) error = nullptr;
  socket_ = Ref<GSocket>::Adopt(g_socket_new(g_socket_address_get_family(wanted.Get()),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error));
  Ref<GSocketAddress> actual;
  if (socket_) {
    g_socket_set_listen_backlog(socket_.Get(), kBacklog);
    g_socket_set_blocking(socket_.Get(), FALSE);
    if (g_socket_bind(socket_.Get(), wanted.Get(), TRUE, &error) != FALSE &&
        g_socket_listen(socket_.Get(), &error) != FALSE) {
      actual = Ref<GSocketAddress>::Adopt(g_socket_get_local_address(socket_.Get(), &error));
    }
  }
  if (!actual) {
    throw Error(fmt::format("cannot listen on {}, port {}: {}", address, port, Advice(*error)));
  }
  port_ = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(actual.Get()));
}

void Listener::SetAccepting(bool accepting) {
  if (!accepting) {
    incoming_.Reset();
  } else if (!incoming_.IsActive() && !pause_.IsActive()) {
    incoming_ =
        SourceHandle::OnFd(g_socket_get_fd(socket_.Get()), G_IO_IN, [this] { AcceptWaiting(); });
  }
}

void Listener::AcceptWaiting() {
  // At the limit no descriptor is spent on the next one: it waits until one of these closes.
  while (connections_.size() < limits_.connections) {
    g_autoptr(GError) error = nullptr;
    const auto socket = Ref<GSocket>::Adopt(g_socket_accept(socket_.Get(), nullptr, &error));
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

Ref<GSocket> Listener::SocketOf(GSocketAddress* remote) const {
  const auto found = connections_.find(remote);
  return found == connections_.end() ? Ref<GSocket>() : found->second->Socket();
}

}  // namespace isr
