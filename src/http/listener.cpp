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

/// Binds and listens; returns the port.
int Listen(GSocketListener* listener, const std::string& address, int port) {
  const Ref<GInetAddress> ip =
      Ref<GInetAddress>::Adopt(g_inet_address_new_from_string(WithoutBrackets(address).c_str()));
  if (!ip) {
    throw Error(
        fmt::format("cannot listen on '{}': not an IP address; 127.0.0.1 is this machine "
                    "only, 0.0.0.0 every network",
                    address));
  }
  const Ref<GSocketAddress> wanted =
      Ref<GSocketAddress>::Adopt(g_inet_socket_address_new(ip.Get(), static_cast<guint16>(port)));
  g_autoptr(GSocketAddress) actual = nullptr;
  g_autoptr(GError) error = nullptr;
  g_socket_listener_set_backlog(listener, kBacklog);
  if (!g_socket_listener_add_address(listener, wanted.Get(), G_SOCKET_TYPE_STREAM,
                                     G_SOCKET_PROTOCOL_TCP, nullptr, &actual, &error)) {
    throw Error(fmt::format("cannot listen on {}, port {}: {}", address, port, Advice(*error)));
  }
  return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(actual));
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

  void Abort() const {
    GSocket* const socket = g_socket_connection_get_socket(stream);
    // A reset at the close: one who goes on sending would else hang for a minute in a full window.
    const linger at_once{1, 0};
    ::setsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    g_socket_shutdown(socket, TRUE, TRUE, nullptr);
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
};

Listener::Listener(const std::string& address, int port, Limits limits, Handler handler)
    : limits_(limits),
      handler_(std::move(handler)),
      service_(Ref<GSocketService>::Adopt(g_socket_service_new())) {
  port_ = Listen(G_SOCKET_LISTENER(service_.Get()), address, port);
  incoming_ = SignalConnection(service_.Get(), "incoming", G_CALLBACK(OnIncoming), this);
}

Listener::~Listener() {
  g_socket_service_stop(service_.Get());
  g_socket_listener_close(G_SOCKET_LISTENER(service_.Get()));
}

gboolean Listener::OnIncoming(GSocketService* /*service*/, GSocketConnection* stream,
                              GObject* /*source*/, gpointer self) noexcept {
  Guarded("http listener", [&] { static_cast<Listener*>(self)->Accept(stream); });
  return TRUE;
}

void Listener::Accept(GSocketConnection* stream) {
  g_autoptr(GError) error = nullptr;
  auto remote = Ref<GSocketAddress>::Adopt(g_socket_connection_get_remote_address(stream, &error));
  const auto local = Ref<GSocketAddress>::Adopt(
      error == nullptr ? g_socket_connection_get_local_address(stream, &error) : nullptr);
  if (error != nullptr) {  // gone already
    LogDebug("http", "connection without a peer: {}", error->message);
    return;
  }
  g_socket_set_timeout(g_socket_connection_get_socket(stream),
                       static_cast<guint>(limits_.idle.count()));
  GSocketAddress* const key = remote.Get();
  auto connection = std::make_unique<Connection>(*this, stream, std::move(remote));
  connection->deadline = SourceHandle::After(limits_.request, [this, key] {
    LogDebug("http", "a client did not finish its request in time");
    Abort(key);
  });
  connections_.emplace(key, std::move(connection));
  // At the limit no descriptor is spent on the next one: it waits until one of these closes.
  if (connections_.size() >= limits_.connections) g_socket_service_stop(service_.Get());
  handler_(stream, local.Get(), key);
}

void Listener::Forget(GSocketAddress* remote) {
  connections_.erase(remote);
  if (connections_.size() < limits_.connections) g_socket_service_start(service_.Get());
}

void Listener::RequestArrived(GSocketAddress* remote) {
  const auto found = connections_.find(remote);
  if (found != connections_.end()) found->second->deadline.Reset();
}

void Listener::Abort(GSocketAddress* remote) {
  const auto found = connections_.find(remote);
  if (found != connections_.end()) found->second->Abort();
}

}  // namespace isr
