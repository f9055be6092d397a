#include "http/tls_door.hpp"

#include <algorithm>
#include <utility>

#include <sys/socket.h>

#include "base/guarded.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

constexpr size_t kMaxHandshakes = 4;
constexpr std::chrono::seconds kHandshakePatience{5};
constexpr unsigned char kTlsRecord = 0x16;  // RFC 8446 §5.1: a handshake's first byte

}  // namespace

struct TlsDoor::Arrival {
  Ref<GSocketConnection> connection;
  Ref<GSocketAddress> local;
  Ref<GSocketAddress> remote;
  SourceHandle readable;  // last: goes first
};

/// One that GIO is busy with; `door` is nothing when the door is gone.
struct TlsDoor::Handshake {
  TlsDoor* door;
  std::unique_ptr<Arrival> arrival;
  Ref<GTlsServerConnection> tls;
  Ref<GCancellable> cancellable;
  SourceHandle deadline;
};

TlsDoor::TlsDoor(Serve serve) : serve_(std::move(serve)) {}

TlsDoor::~TlsDoor() {
  for (Handshake* const handshake : under_way_) {
    handshake->door = nullptr;
    handshake->deadline.Reset();
    g_cancellable_cancel(handshake->cancellable.Get());
  }
}

void TlsDoor::Use(Ref<GTlsCertificate> certificate) {
  certificate_ = std::move(certificate);
  if (!IsInUse()) waiting_.clear();
}

void TlsDoor::Take(GSocketConnection* connection, GSocketAddress* local, GSocketAddress* remote) {
  if (!IsInUse()) return serve_(G_IO_STREAM(connection), local, remote);
  auto arrival = std::make_unique<Arrival>();
  arrival->connection = Ref<GSocketConnection>::Share(connection);
  arrival->local = Ref<GSocketAddress>::Share(local);
  arrival->remote = Ref<GSocketAddress>::Share(remote);
  const int fd = g_socket_get_fd(g_socket_connection_get_socket(connection));
  arrival->readable =
      SourceHandle::OnFd(fd, G_IO_IN, [this, &arrival = *arrival] { FirstByte(arrival); });
  silent_.insert(std::move(arrival));
}

void TlsDoor::FirstByte(Arrival& arrival) {
  const auto found = std::find_if(silent_.begin(), silent_.end(),
                                  [&arrival](const auto& one) { return one.get() == &arrival; });
  auto one = std::move(silent_.extract(found).value());
  one->readable.Reset();
  unsigned char first = 0;
  const int fd = g_socket_get_fd(g_socket_connection_get_socket(one->connection.Get()));
  if (::recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1) return;  // it has left
  if (first != kTlsRecord || !IsInUse()) {
    serve_(G_IO_STREAM(one->connection.Get()), one->local.Get(), one->remote.Get());
    return;
  }
  waiting_.push_back(std::move(one));
  ShakeHands();
}

void TlsDoor::ShakeHands() {
  while (under_way_.size() < kMaxHandshakes && !waiting_.empty() && IsInUse()) {
    auto handshake = std::make_unique<Handshake>();
    handshake->door = this;
    handshake->arrival = std::move(waiting_.front());
    waiting_.pop_front();
    g_autoptr(GError) error = nullptr;
    GIOStream* const tls = g_tls_server_connection_new(
        G_IO_STREAM(handshake->arrival->connection.Get()), certificate_.Get(), &error);
    if (tls == nullptr) {
      LogWarning("http", "cannot begin TLS: {}", error->message);
      continue;
    }
    handshake->tls = Ref<GTlsServerConnection>::Adopt(G_TLS_SERVER_CONNECTION(tls));
    handshake->cancellable = Ref<GCancellable>::Adopt(g_cancellable_new());
    // A length tells where a reply ends; most clients leave without a good-bye.
    g_tls_connection_set_require_close_notify(G_TLS_CONNECTION(tls), FALSE);
    handshake->deadline = SourceHandle::After(
        kHandshakePatience,
        [cancellable = handshake->cancellable] { g_cancellable_cancel(cancellable.Get()); });
    under_way_.insert(handshake.get());
    GCancellable* const cancellable = handshake->cancellable.Get();
    g_tls_connection_handshake_async(G_TLS_CONNECTION(tls), G_PRIORITY_DEFAULT, cancellable,
                                     OnShaken, handshake.release());
  }
}

void TlsDoor::OnShaken(GObject* tls, GAsyncResult* result, gpointer handshake) noexcept {
  Guarded("http tls", [&] {
    const std::unique_ptr<Handshake> done(static_cast<Handshake*>(handshake));
    g_autoptr(GError) error = nullptr;
    const bool is_shaken =
        g_tls_connection_handshake_finish(G_TLS_CONNECTION(tls), result, &error) != FALSE;
    TlsDoor* const door = done->door;
    if (door == nullptr) return;
    door->under_way_.erase(done.get());
    if (is_shaken) {
      door->serve_(G_IO_STREAM(tls), done->arrival->local.Get(), done->arrival->remote.Get());
    } else {
      LogDebug("http", "a TLS handshake failed: {}", error->message);
    }
    door->ShakeHands();
  });
}

}  // namespace isr
