#include "app/web_server.hpp"

#include <utility>

#include <fmt/format.h>

namespace isr {
namespace {

/// An IPv6 address in a URL stands in brackets.
std::string HostInUrl(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

WebServer::WebServer(HttpServices services) : services_(std::move(services)) {}

void WebServer::Apply(const WebSettings& wanted) {
  services_.detection.margin = wanted.margin;
  services_.detection.min_gap = wanted.min_gap;
  const bool moves = wanted.listen != settings_.listen || wanted.port != settings_.port;
  if (wanted.port == 0) {
    http_.reset();
  } else if (http_ == nullptr) {
    http_ = std::make_unique<HttpServer>(
        HttpServerOptions{.addresses = wanted.listen, .port = wanted.port}, services_);
  } else if (moves) {
    http_->Listen(wanted.listen, wanted.port);
  }
  if (http_ != nullptr) http_->Detect(services_.detection);
  settings_ = wanted;
}

std::string WebServer::Address() const {
  if (http_ == nullptr) return {};
  const auto& listen = settings_.listen;
  const bool is_everywhere =
      listen.empty() || listen.front() == "0.0.0.0" || listen.front() == "::";
  return fmt::format("http://{}:{}/", is_everywhere ? "localhost" : HostInUrl(listen.front()),
                     http_->Port());
}

}  // namespace isr
