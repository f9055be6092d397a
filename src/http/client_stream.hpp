#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>

#include <gio/gio.h>

#include "base/fd.hpp"
#include "glib/ref.hpp"
#include "glib/source_handle.hpp"

namespace isr {

/// The sending side of a client's connection: a bounded queue that empties as fast as the client
/// reads. Ends by itself when the client leaves or reads nothing for too long. Main thread only.
///
/// Destruction closes the connection; what was not sent is dropped.
class ClientStream {
 public:
  using Callback = std::function<void()>;
  struct Limits {
    size_t queue;                     ///< bytes that wait to be sent
    std::chrono::milliseconds stall;  ///< longest time in which none of them goes
  };

  /// `stream` comes over `socket`, by TLS where it is encrypted.
  ClientStream(Ref<GIOStream> stream, Ref<GSocket> socket, Limits limits,
               bool is_encrypted = false);
  ~ClientStream();
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  /// Nobody between reads along.
  bool IsEncrypted() const { return is_encrypted_; }

  /// For what is sent as it happens: other limits, less in the system's buffers, and a client that
  /// ends its side has left. (One that waits for a file may do that and read on.)
  void MakeLive(Limits limits);

  /// The connection is over, for whatever reason; called once, from the main loop. It may destroy
  /// the stream, as may the next.
  void OnGone(Callback callback) { on_gone_ = std::move(callback); }
  /// Something of what was queued has gone.
  void OnSent(Callback callback) { on_sent_ = std::move(callback); }

  /// Queues it whole. False: it does not fit, and the client does not keep up; nothing was queued.
  /// An empty queue takes anything.
  bool Send(Ref<GBytes> bytes);
  bool Send(std::string_view bytes);
  /// Bytes that wait.
  size_t Waiting() const { return waiting_; }

  /// The socket for one who sends on it past an empty queue, from any thread; of an encrypted
  /// connection none. It stays the client's own when the stream is gone, until it is closed.
  Fd DuplicateSocket() const;
  /// OnSent follows when the socket takes bytes again.
  void AwaitRoom();

  /// No more comes: when all has gone, the connection ends, and OnGone follows.
  void Finish() { End(Ending::kAtOnce); }
  /// The same for a client that is still sending: closed at once, its connection would be reset,
  /// and with it go bytes that it has not read yet. Finish sees what has come by then.
  void FinishUnread() { End(Ending::kWhenClientHasRead); }

 private:
  enum class Ending { kNone, kAtOnce, kWhenClientHasRead };

  void End(Ending ending);
  void Write();
  void WriteFirst(GError** error);
  void Drained();
  void Discard();
  void Gone(const char* why);
  void Watch(std::chrono::milliseconds patience, const char* why);

  const Ref<GIOStream> stream_;
  const Ref<GSocket> socket_;
  Limits limits_;
  const bool is_encrypted_;
  bool is_live_ = false;
  bool is_done_ = false;
  Ending ending_ = Ending::kNone;
  std::deque<Ref<GBytes>> queue_;
  size_t sent_ = 0;  // of the first in the queue
  size_t waiting_ = 0;
  size_t discarded_ = 0;
  Callback on_gone_;
  Callback on_sent_;
  SourceHandle readable_;
  SourceHandle writable_;
  SourceHandle patience_;
};

}  // namespace isr
