#pragma once

#include <memory>
#include <string>

#include "config/settings.hpp"
#include "http/server.hpp"

namespace isr {

/// The HTTP server, as [web] wants it. Main thread only.
class WebServer {
 public:
  /// The login's password is kept in `state_directory`.
  WebServer(HttpServices services, const std::string& state_directory);

  /// Brings `wanted` into force; connections stay as far as there still is a server. Throws Error
  /// that says what to do; what was in force stays then.
  void Apply(const WebSettings& wanted);

  /// Where a browser on this machine finds the page; empty: nowhere.
  std::string Address() const;

 private:
  HttpServices services_;
  const std::string password_path_;
  WebSettings settings_;
  std::unique_ptr<HttpServer> http_;  // none with port = 0
};

}  // namespace isr
