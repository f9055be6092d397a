#include "http/server.hpp"

#include <utility>

#include <glib.h>

#include "base/guarded.hpp"
#include "glib/log.hpp"
#include "http/parameters.hpp"

namespace isr {
namespace {

constexpr size_t kThreads = 4;

/// Files that are decoded from begin to end at the same time.
constexpr size_t kMeasuringThreads = 2;

/// What it throws becomes a reply. `request`: that it answers.
Reply Guard(const Request& request, const std::function<Reply()>& answer) {
  try {
    return answer();
  } catch (const BadParameter& bad) {
    return ErrorReply(400, "bad-parameter", bad.message);
  } catch (const std::exception& error) {
    LogWarning("http", "cannot answer {} {}: {}", request.method, request.path, error.what());
    return ErrorReply(500, "internal", "this could not be answered; the log says why");
  }
}

/// Runs on the thread that the route wants.
Reply Run(const Route& route, const Request& request, const HttpServices& services) {
  return Guard(request, [&] { return route.answer(request, services); });
}

Reply Busy() {
  Reply reply = ErrorReply(503, "busy", "too much is asked at once; try again in a moment");
  reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

HttpServices With(HttpServices services, Measurements& measurements) {
  services.measurements = &measurements;
  return services;
}

}  // namespace

HttpServer::HttpServer(const HttpServerOptions& options, HttpServices services,
                       std::span<const Route> routes)
    : measurements_(services.roots, services.catalogue),
      services_(std::make_shared<const HttpServices>(With(std::move(services), measurements_))),
      routes_(routes),
      limits_{options.max_header, options.max_body, options.stall},
      // Each connection has one request under way; more can only be of clients that have left.
      max_backlog_(2 * options.max_connections),
      soup_(Ref<SoupServer>::Adopt(soup_server_new("raw-paths", TRUE, nullptr))),
      listener_(options.addresses, options.port,
                {options.max_connections, options.request_deadline},
                [this](GSocketConnection* connection, GSocketAddress* local,
                       GSocketAddress* remote) { tls_.Take(connection, local, remote); }),
      tls_([this](GIOStream* stream, GSocketAddress* local, GSocketAddress* remote) {
        Serve(stream, local, remote);
      }),
      gatekeeper_(options.password_path, services_->web_directory,
                  [this] { listener_.EndRetained(); }),
      background_(kThreads),
      decoding_(kThreads),
      measuring_(kMeasuringThreads),
      started_(soup_.Get(), "request-started", G_CALLBACK(OnStarted), this),
      aborted_(soup_.Get(), "request-aborted", G_CALLBACK(OnAborted), this) {
  soup_server_add_early_handler(soup_.Get(), nullptr, OnHeaders, this, nullptr);
  soup_server_add_handler(soup_.Get(), nullptr, OnRequest, this, nullptr);
  FollowRules();
}

HttpServer::~HttpServer() {
  measurements_.Stop();
  soup_server_remove_handler(soup_.Get(), nullptr);
  exchanges_.clear();
  soup_server_disconnect(soup_.Get());
}

void HttpServer::Listen(const std::vector<std::string>& addresses, int port) {
  listener_.Listen(addresses, port);
  FollowRules();
}

void HttpServer::Admit(std::vector<IpNetwork> trusted_proxies, std::vector<std::string> hosts) {
  trusted_proxies_ = std::move(trusted_proxies);
  hosts_ = std::move(hosts);
  FollowRules();
}

void HttpServer::FollowRules() {
  gatekeeper_.Follow(
      {.trusted_proxies = trusted_proxies_, .only_encrypted = tls_.IsInUse(), .port = Port()});
}

void HttpServer::Detect(const DetectorOptions& options) {
  HttpServices services = *services_;
  services.detection = options;
  services_ = std::make_shared<const HttpServices>(services);
}

void HttpServer::Encrypt(Ref<GTlsCertificate> certificate) {
  tls_.Use(std::move(certificate));
  FollowRules();
}

void HttpServer::Serve(GIOStream* stream, GSocketAddress* local, GSocketAddress* remote) {
  if (G_IS_TLS_CONNECTION(stream)) listener_.SetEncrypted(remote);
  g_autoptr(GError) error = nullptr;
  if (!soup_server_accept_iostream(soup_.Get(), stream, local, remote, &error)) {
    LogDebug("http", "cannot serve a connection: {}", error->message);
  }
}

void HttpServer::OnStarted(SoupServer* /*server*/, SoupServerMessage* message,
                           gpointer /*self*/) noexcept {
  // The reply that libsoup gives by itself, to what it cannot read.
  const Reply reply = ErrorReply(400, "bad-request", "this is no HTTP request that is understood");
  SoupMessageHeaders* const headers = soup_server_message_get_response_headers(message);
  for (const auto& [name, value] : CommonHeaders()) {
    soup_message_headers_replace(headers, name, value);
  }
  for (const auto& [name, value] : reply.headers) {
    soup_message_headers_replace(headers, name.c_str(), value.c_str());
  }
  soup_message_body_append(soup_server_message_get_response_body(message), SOUP_MEMORY_COPY,
                           reply.body.data(), reply.body.size());
}

void HttpServer::OnHeaders(SoupServer* /*server*/, SoupServerMessage* message, const char* /*path*/,
                           GHashTable* /*query*/, gpointer self) noexcept {
  Guarded("http", [&] { static_cast<HttpServer*>(self)->Begin(message); });
}

void HttpServer::Begin(SoupServerMessage* message) {
  const auto exchange = std::make_shared<Exchange>(message, background_, listener_, limits_,
                                                   [this, message] { exchanges_.erase(message); });
  exchanges_.insert_or_assign(message, exchange);
  if (auto refusal = exchange->CheckHeaders(hosts_)) exchange->Refuse(std::move(*refusal));
}

void HttpServer::OnRequest(SoupServer* /*server*/, SoupServerMessage* message, const char* /*path*/,
                           GHashTable* /*query*/, gpointer self) noexcept {
  Guarded("http", [&] {
    auto& server = *static_cast<HttpServer*>(self);
    const auto found = server.exchanges_.find(message);
    if (found != server.exchanges_.end()) server.Dispatch(*found->second);
  });
}

void HttpServer::Dispatch(Exchange& exchange) {
  exchange.Complete();
  if (!exchange.Decode()) {
    exchange.Answer(ErrorReply(400, "bad-request", "the address holds a broken %-escape"));
    return;
  }
  gatekeeper_.Admit(exchange.GetRequest(), exchange.GetVisit(),
                    [this, weak = exchange.weak_from_this()](const Admission& admission) {
                      if (const auto alive = weak.lock()) Answer(*alive, admission);
                    });
}

void HttpServer::Answer(Exchange& exchange, const Admission& admission) {
  if (admission.reply) {
    exchange.Answer(*admission.reply);
    return;
  }
  Request& request = exchange.GetRequest();
  request.has_session = admission.has_session;
  const Route* const route = FindRoute(routes_, request.method, request.path);
  if (route == nullptr) {
    const std::string allowed = MethodsOf(routes_, request.path);
    Reply reply = ErrorReply(405, "method", "here works " + allowed + ", not " + request.method);
    reply.headers.emplace_back("Allow", allowed);
    exchange.Answer(std::move(reply));
    return;
  }
  request.tail = request.path.substr(route->path.size());
  request.sources = services_->status.Status();
  if (services_->saves != nullptr) request.saves = services_->saves->Directory();
  if (route->runs_on == RunsOn::kMainThread) {
    Reply reply = Run(*route, request, *services_);
    if (reply.when_there) {
      reply.when_there([weak = exchange.weak_from_this()](Reply there) {
        if (const auto alive = weak.lock()) alive->Answer(std::move(there));
      });
    } else {
      exchange.Answer(std::move(reply));
    }
  } else {
    RunInBackground(exchange, *route);
  }
}

void HttpServer::RunInBackground(Exchange& exchange, const Route& route) {
  Background& background = route.runs_on == RunsOn::kDecodeThread ? decoding_ : background_;
  exchange.ReadBodyOn(background);
  if (background.Backlog() > max_backlog_) {
    exchange.Answer(Busy());
    return;
  }
  background.Run([this, services = services_, &route, request = exchange.GetRequest(),
                  weak = exchange.weak_from_this()] {
    return [this, weak, reply = Run(route, request, *services)] {
      const auto alive = weak.lock();
      if (alive == nullptr) return;
      if (reply.later) {
        AnswerLater(*alive, reply.later);
      } else {
        alive->Answer(reply);
      }
    };
  });
}

void HttpServer::AnswerLater(Exchange& exchange, std::function<Reply()> later) {
  if (measuring_.Backlog() > max_backlog_) {
    exchange.Answer(Busy());
    return;
  }
  measuring_.Run([request = exchange.GetRequest(), later = std::move(later),
                  weak = exchange.weak_from_this()] {
    return [weak, reply = Guard(request, later)] {
      if (const auto alive = weak.lock()) alive->Answer(reply);
    };
  });
}

void HttpServer::OnAborted(SoupServer* /*server*/, SoupServerMessage* message,
                           gpointer self) noexcept {
  Guarded("http", [&] { static_cast<HttpServer*>(self)->exchanges_.erase(message); });
}

}  // namespace isr
