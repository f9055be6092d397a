#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <libsoup/soup.h>

#include "glib/ref.hpp"
#include "glib/signal_connection.hpp"
#include "http/background.hpp"
#include "http/exchange.hpp"
#include "http/gatekeeper.hpp"
#include "http/listener.hpp"
#include "http/measurements.hpp"
#include "http/router.hpp"
#include "http/services.hpp"
#include "http/tls_door.hpp"

namespace isr {

struct HttpServerOptions {
  std::vector<std::string> addresses{"127.0.0.1"};  ///< empty: all of this machine
  int port = 8080;                                  ///< 0 = any free one
  size_t max_connections = 100;
  std::chrono::milliseconds request_deadline{10000};  ///< for headers and body together
  std::chrono::milliseconds stall{30000};  ///< longest time in which a client reads nothing
  size_t max_header = 16 * 1024;           ///< bytes
  size_t max_body = 64 * 1024;             ///< bytes
  std::string password_path;               ///< of PasswordPath
};

/// Serves the page, the API and the recordings. Main thread only; what waits for the disk runs on
/// a few threads of its own.
class HttpServer {
 public:
  /// Listens at once. Throws Error that says what to do when the port is taken.
  HttpServer(const HttpServerOptions& options, HttpServices services,
             std::span<const Route> routes = Routes());
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// As Listener::Listen.
  void Listen(const std::vector<std::string>& addresses, int port);
  /// Who may come in from now on. `hosts`: this machine's names besides its own, in lower case.
  void Admit(std::vector<IpNetwork> trusted_proxies, std::vector<std::string> hosts);
  /// https with this certificate and its key, for all but this machine; nothing: http.
  void Encrypt(Ref<GTlsCertificate> certificate);
  /// How what stands out is found from now on, where a request does not say.
  void Detect(const DetectorOptions& options);
  int Port() const { return listener_.Port(); }

 private:
  static void OnStarted(SoupServer* server, SoupServerMessage* message, gpointer self) noexcept;
  static void OnHeaders(SoupServer* server, SoupServerMessage* message, const char* path,
                        GHashTable* query, gpointer self) noexcept;
  static void OnRequest(SoupServer* server, SoupServerMessage* message, const char* path,
                        GHashTable* query, gpointer self) noexcept;
  static void OnAborted(SoupServer* server, SoupServerMessage* message, gpointer self) noexcept;
  void Serve(GIOStream* stream, GSocketAddress* local, GSocketAddress* remote);
  void FollowRules();
  void Begin(SoupServerMessage* message);
  void Dispatch(Exchange& exchange);
  void Answer(Exchange& exchange, const Admission& admission);
  void RunInBackground(Exchange& exchange, const Route& route);
  void AnswerLater(Exchange& exchange, std::function<Reply()> later);

  Measurements measurements_;
  std::shared_ptr<const HttpServices> services_;  // shared: work under way keeps what it began with
  const std::span<const Route> routes_;
  const Exchange::Limits limits_;
  const size_t max_backlog_;
  std::vector<IpNetwork> trusted_proxies_;
  std::vector<std::string> hosts_;
  Ref<SoupServer> soup_;
  Listener listener_;
  TlsDoor tls_;
  std::unordered_map<SoupServerMessage*, std::shared_ptr<Exchange>> exchanges_;
  Gatekeeper gatekeeper_;
  Background background_;
  Background decoding_;   ///< may wait for long
  Background measuring_;  ///< for very long: a whole file is decoded
  SignalConnection started_;
  SignalConnection aborted_;
};

}  // namespace isr
