#include "app/web_server.hpp"

#include <utility>

#include <fmt/format.h>

#include "access/password.hpp"
#include "base/error.hpp"

namespace isr {
namespace {

/// An IPv6 address in a URL stands in brackets.
std::string HostInUrl(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

/// Nothing without one. Throws Error.
Ref<GTlsCertificate> LoadCertificate(const WebSettings& settings) {
  const std::string& path = settings.tls_certificate;
  if (path.empty()) return {};
  g_autoptr(GError) error = nullptr;
  auto certificate = Ref<GTlsCertificate>::Adopt(g_tls_certificate_new_from_files(
      path.c_str(), (settings.tls_key.empty() ? path : settings.tls_key).c_str(), &error));
  if (!certificate) throw Error(fmt::format("tls_certificate '{}': {}", path, error->message));
  return certificate;
}

/// The config's check has seen them.
std::vector<IpNetwork> NetworksOf(const std::vector<std::string>& texts) {
  std::vector<IpNetwork> networks;
  for (const std::string& text : texts) {
    if (const auto network = IpNetwork::Parse(text)) networks.push_back(*network);
  }
  return networks;
}

}  // namespace

WebServer::WebServer(HttpServices services, const std::string& state_directory)
    : services_(std::move(services)), password_path_(PasswordPath(state_directory)) {}

void WebServer::Apply(const WebSettings& wanted) {
  Ref<GTlsCertificate> certificate = LoadCertificate(wanted);
  services_.detection.margin = wanted.margin;
  services_.detection.min_gap = wanted.min_gap;
  const bool moves = wanted.listen != settings_.listen || wanted.port != settings_.port;
  if (wanted.port == 0) {
    http_.reset();
  } else if (http_ == nullptr) {
    http_ = std::make_unique<HttpServer>(
        HttpServerOptions{
            .addresses = wanted.listen, .port = wanted.port, .password_path = password_path_},
        services_);
  } else if (moves) {
    http_->Listen(wanted.listen, wanted.port);
  }
  if (http_ != nullptr) {
    http_->Detect(services_.detection);
    http_->Encrypt(std::move(certificate));
    http_->Admit(NetworksOf(wanted.trusted_proxies), wanted.allowed_hosts);
  }
  if (wanted.margin != settings_.margin || wanted.min_gap != settings_.min_gap) {
    services_.events.Resync();
  }
  settings_ = wanted;
}

std::string WebServer::Address() const {
  if (http_ == nullptr) return {};
  const auto& listen = settings_.listen;
  const bool is_everywhere =
      listen.empty() || listen.front() == "0.0.0.0" || listen.front() == "::";
  return fmt::format("{}://{}:{}/", settings_.tls_certificate.empty() ? "http" : "https",
                     is_everywhere ? "localhost" : HostInUrl(listen.front()), http_->Port());
}

}  // namespace isr
