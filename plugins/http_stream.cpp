#include "plugins/http_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "base/text.hpp"
#include "format/playlist.hpp"
#include "format/sniff.hpp"

namespace isr {
namespace {

/// A playlist may name a playlist.
constexpr int kMostPlaylists = 5;
constexpr std::size_t kLargestPlaylist = 256 * 1024;

GUri* ParseUrl(const std::string& url) {
  return g_uri_parse(url.c_str(), static_cast<GUriFlags>(SOUP_HTTP_URI_FLAGS), nullptr);
}

std::string HostOf(GUri* uri) {
  const char* const host = g_uri_get_host(uri);
  return host == nullptr ? "" : host;
}

int PortOf(GUri* uri) {
  const int port = g_uri_get_port(uri);
  if (port > 0) return port;
  return g_strcmp0(g_uri_get_scheme(uri), "https") == 0 ? 443 : 80;
}

std::string HeaderOf(SoupMessage* message, const char* name) {
  const char* const value =
      soup_message_headers_get_one(soup_message_get_response_headers(message), name);
  return value == nullptr ? "" : value;
}

std::string DescribeCertificate(GTlsCertificateFlags errors) {
  constexpr std::array kReasons{
      std::pair{G_TLS_CERTIFICATE_EXPIRED, "has expired"},
      std::pair{G_TLS_CERTIFICATE_NOT_ACTIVATED, "is not valid yet"},
      std::pair{G_TLS_CERTIFICATE_REVOKED, "was revoked"},
      std::pair{G_TLS_CERTIFICATE_BAD_IDENTITY, "is for another host"},
      std::pair{G_TLS_CERTIFICATE_INSECURE, "is insecure"},
      std::pair{G_TLS_CERTIFICATE_UNKNOWN_CA, "is not from a known authority"},
  };
  std::string text;
  for (const auto& [flag, reason] : kReasons) {
    if ((errors & flag) == 0) continue;
    text += text.empty() ? "" : " and ";
    text += reason;
  }
  return text.empty() ? "is not valid" : text;
}

/// Why there is no answer, as part of a sentence.
std::string DescribeFailure(const GError& error, GUri* uri, GTlsCertificateFlags tls_errors) {
  const std::string host = HostOf(uri);
  if (error.domain == G_RESOLVER_ERROR) return fmt::format("no address is known for '{}'", host);
  if (error.domain == G_TLS_ERROR && tls_errors != 0) {
    return fmt::format("the certificate of '{}' {} (tls_verify = no takes it all the same)", host,
                       DescribeCertificate(tls_errors));
  }
  if (g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
    return fmt::format("nobody listens on port {} of '{}'", PortOf(uri), host);
  }
  if (g_error_matches(&error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_TOO_MANY_REDIRECTS)) {
    return "the server sends us from one address to the next without an end";
  }
  return fmt::format("cannot read from '{}' ({})", host, error.message);
}

/// Why an answer is no stream; empty when it is one.
std::string DescribeStatus(SoupMessage* message, bool logged_in) {
  const unsigned status = soup_message_get_status(message);
  switch (status) {
    case SOUP_STATUS_OK:
      return "";
    case SOUP_STATUS_UNAUTHORIZED:
      return logged_in ? "the server refuses this user name and password (401)"
                       : "the server wants a user name and a password (401)";
    case SOUP_STATUS_FORBIDDEN:
      return "the server forbids it (403)";
    case SOUP_STATUS_NOT_FOUND:
      return "the server has no such stream (404)";
    default:
      break;
  }
  const char* const phrase = soup_status_get_phrase(status);
  return fmt::format("the server answers {} {}", status, phrase);
}

bool IsPlaylistType(std::string_view content_type) {
  static constexpr std::array<std::string_view, 8> kTypes{
      "audio/x-mpegurl",       "audio/mpegurl",
      "application/x-mpegurl", "application/mpegurl",
      "audio/x-scpls",         "application/pls+xml",
      "audio/scpls",           "application/vnd.apple.mpegurl",
  };
  const std::string type = LowerCase(Trim(content_type.substr(0, content_type.find(';'))));
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

}  // namespace

HttpStream::HttpStream(Options options)
    : options_(std::move(options)),
      session_(Ref<SoupSession>::Adopt(soup_session_new_with_options(
          "timeout", 0U, "user-agent", options_.user_agent.c_str(), nullptr))) {
  // The bytes as they come.
  soup_session_remove_feature_by_type(session_.Get(), SOUP_TYPE_CONTENT_DECODER);
}

HttpStream::Head HttpStream::Open(GCancellable* cancellable) {
  std::string url = options_.url;
  for (int playlists = 0; playlists < kMostPlaylists; ++playlists) {
    Head head = Ask(url, cancellable);
    const Content content = FindOut(cancellable);
    head.is_hls = content == Content::kHls;
    const bool is_playlist = content == Content::kM3u || content == Content::kPls ||
                             (content == Content::kUnknown && IsPlaylistType(head.content_type));
    if (head.is_hls || !is_playlist) return head;
    url = NextAddress(head, AsText(ReadAll(cancellable)));
  }
  throw Error("a playlist names a playlist, and so on without an end");
}

/// What the body is, by its first bytes.
Content HttpStream::FindOut(GCancellable* cancellable) {
  begin_.clear();
  Content content = Content::kNeedMore;
  for (bool ended = false; content == Content::kNeedMore && !ended;) {
    Bytes room(kSniffBytes);
    const std::size_t size = ReadBody(room, cancellable);
    AppendBytes(begin_, ByteView(room).first(size));
    ended = size == 0;
    content = Sniff(begin_, ended).content;
  }
  return content;
}

/// Sends the request and has the head of the answer; `body_` gives the rest.
HttpStream::Head HttpStream::Ask(const std::string& url, GCancellable* cancellable) {
  g_autoptr(GUri) uri = ParseUrl(url);
  if (uri == nullptr) throw Error("the address is not valid");
  const auto message = Ref<SoupMessage>::Adopt(soup_message_new_from_uri("GET", uri));
  SoupMessageHeaders* const headers = soup_message_get_request_headers(message.Get());
  soup_message_headers_append(headers, "Icy-MetaData", "1");
  soup_message_headers_append(headers, "Connection", "close");
  g_signal_connect(message.Get(), "authenticate", G_CALLBACK(OnAuthenticate), this);
  g_signal_connect(message.Get(), "accept-certificate", G_CALLBACK(OnCertificate), this);
  g_signal_connect(message.Get(), "network-event", G_CALLBACK(OnNetworkEvent), this);
  tls_errors_ = {};
  g_autoptr(GError) failure = nullptr;
  body_ = Ref<GInputStream>::Adopt(
      soup_session_send(session_.Get(), message.Get(), cancellable, &failure));
  GUri* const last = soup_message_get_uri(message.Get());
  if (failure != nullptr) throw Error(DescribeFailure(*failure, last, tls_errors_));
  const std::string why = DescribeStatus(message.Get(), !options_.username.empty());
  if (!why.empty()) throw Error(why);
  g_autofree char* text = g_uri_to_string(last);
  Head head{.url = text, .content_type = HeaderOf(message.Get(), "Content-Type")};
  const auto interval = ParseInteger(HeaderOf(message.Get(), "icy-metaint"));
  if (interval.value_or(0) > 0) head.icy_interval = static_cast<std::uint32_t>(*interval);
  return head;
}

std::size_t HttpStream::Read(std::span<std::uint8_t> room, GCancellable* cancellable) {
  if (begin_.empty()) return ReadBody(room, cancellable);
  const std::size_t size = std::min(room.size(), begin_.size());
  std::copy_n(begin_.begin(), size, room.begin());
  begin_.erase(begin_.begin(), begin_.begin() + static_cast<std::ptrdiff_t>(size));
  return size;
}

std::size_t HttpStream::ReadBody(std::span<std::uint8_t> room, GCancellable* cancellable) {
  g_autoptr(GError) failure = nullptr;
  const gssize size =
      g_input_stream_read(body_.Get(), room.data(), room.size(), cancellable, &failure);
  if (failure != nullptr) {
    throw Error(fmt::format("the connection was lost ({})", failure->message));
  }
  auto done = static_cast<std::size_t>(size);
  auto* const more = G_POLLABLE_INPUT_STREAM(body_.Get());
  // A read gives one chunk of a chunked body at most, however many are there. An end or an error is
  // the next call's.
  while (done > 0 && done < room.size()) {
    const gssize count = g_pollable_input_stream_read_nonblocking(
        more, room.data() + done, room.size() - done, cancellable, nullptr);
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Bytes HttpStream::ReadAll(GCancellable* cancellable) {
  Bytes all;
  std::array<std::uint8_t, 4096> room{};
  while (all.size() < kLargestPlaylist) {
    const std::size_t size = Read(room, cancellable);
    if (size == 0) break;
    AppendBytes(all, ByteView(room).first(size));
  }
  return all;
}

/// The first address that can be recorded, made absolute.
std::string HttpStream::NextAddress(const Head& head, std::string_view playlist) const {
  for (const std::string& entry : PlaylistEntries(playlist)) {
    g_autofree char* url = g_uri_resolve_relative(
        head.url.c_str(), entry.c_str(), static_cast<GUriFlags>(SOUP_HTTP_URI_FLAGS), nullptr);
    if (url == nullptr) continue;
    if (g_str_has_prefix(url, "http://") || g_str_has_prefix(url, "https://")) return url;
  }
  throw Error("the playlist names no stream");
}

/// Neither a redirect nor a playlist takes the password to another host.
bool HttpStream::MayLogIn(GUri* uri) const {
  g_autoptr(GUri) own = ParseUrl(options_.url);
  return !options_.username.empty() && HostOf(own) == HostOf(uri) && PortOf(own) == PortOf(uri);
}

gboolean HttpStream::OnAuthenticate(SoupMessage* message, SoupAuth* auth, gboolean again,
                                    gpointer self) noexcept {
  return Guarded("authenticate", FALSE, [&]() -> gboolean {
    const auto& stream = *static_cast<HttpStream*>(self);
    if (again != FALSE || soup_auth_is_for_proxy(auth) != FALSE) return FALSE;
    if (!stream.MayLogIn(soup_message_get_uri(message))) return FALSE;
    const Options& options = stream.options_;
    soup_auth_authenticate(auth, options.username.c_str(), options.password.c_str());
    return TRUE;
  });
}

/// A session that is resumed is not verified again: those of servers that were not may not be
/// resumed by who wants them to be. They are kept by the server's name, here with a dot behind it.
void HttpStream::OnNetworkEvent(SoupMessage* message, GSocketClientEvent event,
                                GIOStream* connection, gpointer self) noexcept {
  Guarded("network event", [&] {
    const auto& options = static_cast<HttpStream*>(self)->options_;
    if (options.tls_verify || event != G_SOCKET_CLIENT_TLS_HANDSHAKING) return;
    GUri* const uri = soup_message_get_uri(message);
    const auto identity = Ref<GSocketConnectable>::Adopt(
        g_network_address_new((HostOf(uri) + ".").c_str(), static_cast<guint16>(PortOf(uri))));
    g_tls_client_connection_set_server_identity(G_TLS_CLIENT_CONNECTION(connection),
                                                identity.Get());
  });
}

gboolean HttpStream::OnCertificate(SoupMessage* /*message*/, GTlsCertificate* /*certificate*/,
                                   GTlsCertificateFlags errors, gpointer self) noexcept {
  auto& stream = *static_cast<HttpStream*>(self);
  stream.tls_errors_ = errors;
  return stream.options_.tls_verify ? FALSE : TRUE;
}

}  // namespace isr
