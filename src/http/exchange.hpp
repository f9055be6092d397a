#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <libsoup/soup.h>

#include "glib/ref.hpp"
#include "glib/signal_connection.hpp"
#include "http/background.hpp"
#include "http/listener.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace isr {

/// One HTTP request from its headers to the end of its reply. Main thread only.
///
/// The client may leave at any moment; libsoup then finishes the message, and the owner drops the
/// exchange. Work under way holds a weak_ptr and finds it gone: that is why it is shared.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  /// Reads the headers, takes those away that libsoup must not act on, and begins to count the
  /// body.
  Exchange(SoupServerMessage* message, Background& background, Listener& listener, size_t max_body);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Answers before the body has come; libsoup then calls no handler.
  void Refuse(const Reply& reply);

  /// Holds the reply back until Answer. Call from libsoup's handler.
  void Pause();

  /// The reply, once. Files are sent as fast as the client reads them, a piece at a time.
  void Answer(const Reply& reply);

  /// `tail` is left to the router. False: the path or the query cannot be decoded.
  bool Decode();
  const Request& GetRequest() const { return request_; }
  Request& GetRequest() { return request_; }
  GSocketAddress* Remote() const;
  std::string Host() const;

 private:
  static void OnGotChunk(SoupServerMessage* message, GBytes* chunk, gpointer self) noexcept;
  static void OnWroteChunk(SoupServerMessage* message, gpointer self) noexcept;
  void CountBody(size_t size);
  void SetHead(const Reply& reply);
  void SendNextPiece();
  void PieceRead(const Ref<GBytes>& piece);

  Background& background_;
  Listener& listener_;
  const size_t max_body_;
  size_t body_size_ = 0;
  const Ref<SoupServerMessage> message_;
  Request request_;
  FileBody file_;  // what is still to be sent
  SignalConnection got_chunk_;
  SignalConnection wrote_chunk_;
};

}  // namespace isr
