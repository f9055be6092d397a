#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <gio/gio.h>
#include <libsoup/soup.h>

#include "format/bytes.hpp"
#include "format/sniff.hpp"
#include "glib/ref.hpp"

namespace isr {

/// A stream over HTTP or HTTPS, from its address to its bytes: redirects, login, certificates, and
/// playlists, which stand for the first stream that they name. One connection, once: what happens
/// when it ends is for the owner to decide. One thread at a time; calls wait for the network until
/// the GCancellable is cancelled.
class HttpStream {
 public:
  struct Options {
    std::string url;
    std::string username;  ///< sent to the url's own host only; empty: none
    std::string password;
    std::string user_agent;
    bool tls_verify = true;  ///< false: any certificate will do
  };

  /// What the server says of the stream that it sends.
  struct Head {
    std::string url;                 ///< after redirects and playlists
    std::string content_type;        ///< as sent, may be empty
    std::uint32_t icy_interval = 0;  ///< bytes of audio between ICY metadata; 0 = none
    bool is_hls = false;             ///< what comes is an HLS playlist (RFC 8216)
  };

  explicit HttpStream(Options options);

  /// Connects. Throws Error with the reason in a person's words, never with the password.
  Head Open(GCancellable* cancellable);

  /// What has come next, at most `room.size()` bytes; 0 at the end. Throws Error.
  std::size_t Read(std::span<std::uint8_t> room, GCancellable* cancellable);

 private:
  Head Ask(const std::string& url, GCancellable* cancellable);
  Content FindOut(GCancellable* cancellable);
  std::size_t ReadBody(std::span<std::uint8_t> room, GCancellable* cancellable);
  Bytes ReadAll(GCancellable* cancellable);
  std::string NextAddress(const Head& head, std::string_view playlist) const;
  bool MayLogIn(GUri* uri) const;
  static gboolean OnAuthenticate(SoupMessage* message, SoupAuth* auth, gboolean again,
                                 gpointer self) noexcept;
  static void OnNetworkEvent(SoupMessage* message, GSocketClientEvent event, GIOStream* connection,
                             gpointer self) noexcept;
  static gboolean OnCertificate(SoupMessage* message, GTlsCertificate* certificate,
                                GTlsCertificateFlags errors, gpointer self) noexcept;

  const Options options_;
  const Ref<SoupSession> session_;
  Ref<GInputStream> body_;
  Bytes begin_;                           ///< read to know what the body is, and not given yet
  GTlsCertificateFlags tls_errors_ = {};  ///< of the last certificate
};

}  // namespace isr
