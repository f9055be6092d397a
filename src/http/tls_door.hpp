#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>

#include <gio/gio.h>

#include "glib/ref.hpp"
#include "glib/source_handle.hpp"

namespace isr {

/// Between a listener and a server: new connections come out of it encrypted, or as they are when
/// their client speaks no TLS. Main thread only.
///
/// GIO shakes hands on threads that the whole program shares, down to the lookup of a source's
/// name; a few at a time, and for a few seconds, leave it some.
class TlsDoor {
 public:
  using Serve =
      std::function<void(GIOStream* stream, GSocketAddress* local, GSocketAddress* remote)>;

  explicit TlsDoor(Serve serve);
  ~TlsDoor();
  TlsDoor(const TlsDoor&) = delete;
  TlsDoor& operator=(const TlsDoor&) = delete;

  /// Nothing: no TLS from now on.
  void Use(Ref<GTlsCertificate> certificate);
  bool IsInUse() const { return static_cast<bool>(certificate_); }

  /// A new connection, kept until its client has said something; who took it from the listener ends
  /// it when that takes too long.
  void Take(GSocketConnection* connection, GSocketAddress* local, GSocketAddress* remote);

 private:
  struct Arrival;
  struct Handshake;

  void FirstByte(Arrival& arrival);
  void ShakeHands();
  static void OnShaken(GObject* tls, GAsyncResult* result, gpointer handshake) noexcept;

  const Serve serve_;
  Ref<GTlsCertificate> certificate_;
  std::set<std::unique_ptr<Arrival>> silent_;
  std::deque<std::unique_ptr<Arrival>> waiting_;  // for their turn
  std::set<Handshake*> under_way_;                // each frees itself
};

}  // namespace isr
