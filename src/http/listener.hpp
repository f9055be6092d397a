#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include <gio/gio.h>

#include "glib/ref.hpp"
#include "glib/signal_connection.hpp"
#include "glib/source_handle.hpp"

namespace isr {

/// Accepts connections, so many at a time, and ends those that do not get on.
///
/// SoupServer's own listener stops for ever after one failed accept and has no time-outs; hence
/// this one. Main thread only.
class Listener {
 public:
  struct Limits {
    size_t connections;                 ///< above this, new ones wait in the kernel's queue
    std::chrono::milliseconds request;  ///< from the connection to the request's last byte
    std::chrono::seconds idle;          ///< longest wait for a single read or write
  };
  /// A new connection. Whoever takes it keeps it open by a reference.
  using Handler = std::function<void(GSocketConnection* connection, GSocketAddress* local,
                                     GSocketAddress* remote)>;

  /// Listens on an IP address, port 0 meaning any free one. Throws Error that says what to do.
  Listener(const std::string& address, int port, Limits limits, Handler handler);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int Port() const { return port_; }
  size_t ConnectionCount() const { return connections_.size(); }

  /// The request from this peer is complete: its deadline is off. `remote` is the very object that
  /// the handler got.
  void RequestArrived(GSocketAddress* remote);

  /// Ends the connection with this peer at once; its next read or write fails.
  void Abort(GSocketAddress* remote);

 private:
  struct Connection;

  static gboolean OnIncoming(GSocketService* service, GSocketConnection* stream, GObject* source,
                             gpointer self) noexcept;
  void Accept(GSocketConnection* stream);
  void Forget(GSocketAddress* remote);

  const Limits limits_;
  const Handler handler_;
  std::unordered_map<GSocketAddress*, std::unique_ptr<Connection>> connections_;
  int port_ = 0;
  Ref<GSocketService> service_;
  SignalConnection incoming_;  // last: goes first
};

}  // namespace isr
