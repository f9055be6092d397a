#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libsoup/soup.h>

#include "glib/ref.hpp"
#include "glib/signal_connection.hpp"
#include "http/background.hpp"
#include "http/client_stream.hpp"
#include "http/gatekeeper.hpp"
#include "http/listener.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace isr {

/// One HTTP request from its headers to the end of its reply. libsoup reads the request; the reply
/// goes out on the connection taken from it. Main thread only.
///
/// The client may leave at any moment; its owner is then told to drop the exchange. Work under way
/// holds a weak_ptr and finds it gone: that is why it is shared.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  struct Limits {
    size_t header;                    ///< bytes, without the request line's method and version
    size_t body;                      ///< bytes
    std::chrono::milliseconds stall;  ///< longest time in which a client reads nothing of a reply
  };

  /// The headers are there. `ended`: nothing more comes; it drops the exchange.
  Exchange(SoupServerMessage* message, Background& background, Listener& listener, Limits limits,
           std::function<void()> ended);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// What is wrong with the headers, if anything. `hosts`: names of this machine besides its own.
  std::optional<Reply> CheckHeaders(const std::vector<std::string>& hosts) const;

  /// Who sends it. Once it is complete.
  Visit GetVisit() const;

  /// Answers before the body has come.
  void Refuse(Reply reply);

  /// A body is read on `background`, instead of that which was given at first.
  void ReadBodyOn(Background& background) { background_ = &background; }
  /// The request is complete: an answer will come.
  void Complete();
  /// The reply, once. Files are sent as fast as the client reads them, a piece at a time.
  void Answer(Reply reply);

  /// `tail` is left to the router. False: the path or the query cannot be decoded.
  bool Decode();
  const Request& GetRequest() const { return request_; }
  Request& GetRequest() { return request_; }

 private:
  static void OnGotChunk(SoupServerMessage* message, GBytes* chunk, gpointer self) noexcept;
  void TakeChunk(std::string_view chunk);
  void TakeConnection();
  void GoLive(const Reply& reply);
  void Finish();
  void GoOn();
  void SendPiece();
  void PieceSent(std::optional<std::uint64_t> count);
  void ReadPiece();
  void PieceRead(Ref<GBytes> piece);
  std::string Header(const char* name) const;

  Background* background_;  ///< reads the body
  Listener& listener_;
  const Limits limits_;
  const std::function<void()> ended_;
  const Ref<SoupServerMessage> message_;
  const Ref<GSocketAddress> remote_;
  Request request_;
  bool is_complete_ = false;
  SignalConnection got_chunk_;
  std::unique_ptr<ClientStream> client_;  // from the end of the request on
  PartBody file_;                         // what is still to be read
  std::shared_ptr<const Fd> socket_;      // for what need not be read; shared: see PartBody
  bool is_reading_ = false;
};

}  // namespace isr
