#include "http/server.hpp"

#include <utility>

#include <glib.h>

#include "base/guarded.hpp"
#include "glib/log.hpp"
#include "http/own_host.hpp"

namespace isr {
namespace {

constexpr size_t kThreads = 4;

/// In every reply, whatever happens.
constexpr std::pair<const char*, const char*> kHeaders[] = {
    // bookworm's libsoup leaks a descriptor for every connection that the client keeps alive.
    {"Connection", "close"},
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
     "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
};

/// Runs on the thread that the route wants.
Reply Run(const Route& route, const Request& request, const HttpServices& services) {
  try {
    return route.answer(request, services);
  } catch (const std::exception& error) {
    LogWarning("http", "cannot answer {} {}: {}", request.method, request.path, error.what());
    return ErrorReply(500, "internal", "this could not be answered; the log says why");
  }
}

}  // namespace

HttpServer::HttpServer(const HttpServerOptions& options, HttpServices services)
    : services_(std::move(services)),
      max_body_(options.max_body),
      // Each connection has one request under way; more can only be of clients that have left.
      max_backlog_(2 * options.max_connections),
      soup_(Ref<SoupServer>::Adopt(soup_server_new("raw-paths", TRUE, nullptr))),
      listener_(options.bind, options.port,
                {options.max_connections, options.request_deadline, options.idle_timeout},
                [this](GSocketConnection* connection, GSocketAddress* local,
                       GSocketAddress* remote) { TakeConnection(connection, local, remote); }),
      background_(kThreads),
      started_(soup_.Get(), "request-started", G_CALLBACK(OnStarted), this),
      finished_(soup_.Get(), "request-finished", G_CALLBACK(OnEnded), this),
      aborted_(soup_.Get(), "request-aborted", G_CALLBACK(OnEnded), this) {
  soup_server_add_early_handler(soup_.Get(), nullptr, OnHeaders, this, nullptr);
  soup_server_add_handler(soup_.Get(), nullptr, OnRequest, this, nullptr);
}

HttpServer::~HttpServer() {
  soup_server_remove_handler(soup_.Get(), nullptr);
  exchanges_.clear();
  soup_server_disconnect(soup_.Get());
}

void HttpServer::TakeConnection(GSocketConnection* connection, GSocketAddress* local,
                                GSocketAddress* remote) {
  g_autoptr(GError) error = nullptr;
  if (!soup_server_accept_iostream(soup_.Get(), G_IO_STREAM(connection), local, remote, &error)) {
    LogDebug("http", "cannot serve a connection: {}", error->message);
  }
}

void HttpServer::OnStarted(SoupServer* /*server*/, SoupServerMessage* message,
                           gpointer /*self*/) noexcept {
  SoupMessageHeaders* const headers = soup_server_message_get_response_headers(message);
  for (const auto& [name, value] : kHeaders) soup_message_headers_replace(headers, name, value);
}

void HttpServer::OnHeaders(SoupServer* /*server*/, SoupServerMessage* message, const char* /*path*/,
                           GHashTable* /*query*/, gpointer self) noexcept {
  Guarded("http", [&] { static_cast<HttpServer*>(self)->Begin(message); });
}

void HttpServer::Begin(SoupServerMessage* message) {
  const auto exchange = std::make_shared<Exchange>(message, background_, listener_, max_body_);
  exchanges_.insert_or_assign(message, exchange);
  if (!IsOwnHost(exchange->Host(), g_get_host_name())) {
    exchange->Refuse(ErrorReply(403, "foreign-host",
                                "this machine is not known by the name in the address; use its IP "
                                "address or its own name"));
  }
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
  listener_.RequestArrived(exchange.Remote());
  exchange.Pause();
  if (!exchange.Decode()) {
    exchange.Answer(ErrorReply(400, "bad-request", "the address holds a broken %-escape"));
    return;
  }
  Request& request = exchange.GetRequest();
  const Route& route = FindRoute(request.path);
  if (request.method != "GET" && request.method != "HEAD") {
    Reply reply = ErrorReply(405, "method", "only GET and HEAD work here, not " + request.method);
    reply.headers.emplace_back("Allow", "GET, HEAD");
    exchange.Answer(reply);
    return;
  }
  request.tail = request.path.substr(route.path.size());
  request.sources = services_.status.Status();
  if (route.runs_on == RunsOn::kMainThread) {
    exchange.Answer(Run(route, request, services_));
  } else {
    RunInBackground(exchange, route);
  }
}

void HttpServer::RunInBackground(Exchange& exchange, const Route& route) {
  if (background_.Backlog() > max_backlog_) {
    Reply reply = ErrorReply(503, "busy", "too much is asked at once; try again in a moment");
    reply.headers.emplace_back("Retry-After", "1");
    exchange.Answer(reply);
    return;
  }
  background_.Run(
      [this, &route, request = exchange.GetRequest(), weak = exchange.weak_from_this()] {
        return [weak, reply = Run(route, request, services_)] {
          if (const auto alive = weak.lock()) alive->Answer(reply);
        };
      });
}

void HttpServer::OnEnded(SoupServer* /*server*/, SoupServerMessage* message,
                         gpointer self) noexcept {
  Guarded("http", [&] { static_cast<HttpServer*>(self)->exchanges_.erase(message); });
}

}  // namespace isr
