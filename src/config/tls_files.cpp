#include "config/tls_files.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <type_traits>

#include <fmt/format.h>
#include <gnutls/gnutls.h>

namespace isr {
namespace {

/// Why it cannot be read, or nothing.
std::string Unreadable(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return "is a directory";
  errno = 0;
  const std::ifstream in(path, std::ios::binary);
  return in.is_open() ? std::string()
                      : fmt::format("cannot be read ({})", std::generic_category().message(errno));
}

}  // namespace

TlsProblem CheckTlsFiles(const std::string& certificate, const std::string& key) {
  if (const auto why = Unreadable(certificate); !why.empty()) {
    return {false, fmt::format("'{}' {}; name a PEM file with a certificate", certificate, why)};
  }
  if (const auto why = Unreadable(key); !why.empty()) {
    return {true, fmt::format("'{}' {}; name a PEM file with a private key", key, why)};
  }
  gnutls_certificate_credentials_t made = nullptr;
  gnutls_certificate_allocate_credentials(&made);
  const std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>,
                        decltype(&gnutls_certificate_free_credentials)>
      credentials(made, gnutls_certificate_free_credentials);
  const int result = gnutls_certificate_set_x509_key_file2(
      credentials.get(), certificate.c_str(), key.c_str(), GNUTLS_X509_FMT_PEM, nullptr, 0);
  if (result >= 0) return {};
  if (result == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
    return {true, fmt::format("'{}' is not the private key of the certificate in '{}'", key,
                              certificate)};
  }
  return {false, fmt::format("'{}' and '{}' are no PEM certificate and private key ({})",
                             certificate, key, gnutls_strerror(result))};
}

}  // namespace isr
