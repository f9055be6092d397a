#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <gio/gio.h>

#include "glib/ref.hpp"
#include "glib/source_handle.hpp"

namespace isr {

/// Accepts connections, so many at a time, and ends those that do not come to the point.
///
/// SoupServer's own listener stops for ever after one failed accept and has no time-outs; hence
/// this one. Main thread only.
class Listener {
 public:
  struct Limits {
    size_t connections;                 ///< above this, new ones wait in the kernel's queue
    std::chrono::milliseconds request;  ///< from the connection to the request's last byte
  };
  /// A new connection. Whoever takes it keeps it open by a reference.
  using Handler = std::function<void(GSocketConnection* connection, GSocketAddress* local,
                                     GSocketAddress* remote)>;

  /// Listens as by Listen.
  Listener(const std::vector<std::string>& addresses, int port, Limits limits, Handler handler);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Listens on these IP addresses, none meaning all, and no longer on others; port 0 means any
  /// free one. Connections stay. Throws Error that says what to do; then all is as it was.
  void Listen(const std::vector<std::string>& addresses, int port);

  int Port() const { return port_; }

  // `remote` is below the very object that the handler got.

  /// The request from this peer is complete: its deadline is off.
  void RequestArrived(GSocketAddress* remote);

  /// This peer's connection stays for as long as it likes. False: half of all do so already, and
  /// the other half is for requests.
  bool Retain(GSocketAddress* remote);

  /// This peer's connection speaks TLS.
  void SetEncrypted(GSocketAddress* remote);
  bool IsEncrypted(GSocketAddress* remote) const;

  /// All connections that stay end.
  void EndRetained();

  /// Nothing when it is gone.
  Ref<GSocket> SocketOf(GSocketAddress* remote) const;

 private:
  struct Connection;
  struct Door {
    Ref<GSocket> socket;
    SourceHandle incoming;  // last: goes first
  };

  void Open(const std::vector<std::string>& addresses, int port);
  void SetAccepting(bool accepting);
  void AcceptWaiting(GSocket* door);
  void TakeBreath(const GError& error);
  void Take(GSocket* socket);
  void Forget(GSocketAddress* remote);

  const Limits limits_;
  const Handler handler_;
  std::unordered_map<GSocketAddress*, std::unique_ptr<Connection>> connections_;
  size_t retained_ = 0;  // of them
  std::vector<std::string> addresses_;
  int port_ = 0;
  bool in_trouble_ = false;  // accepting failed, and has not worked since
  SourceHandle pause_;
  std::vector<Door> doors_;  // last: go first
};

}  // namespace isr
