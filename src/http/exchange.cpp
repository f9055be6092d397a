#include "http/exchange.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/guarded.hpp"
#include "base/text.hpp"
#include "glib/log.hpp"
#include "http/own_host.hpp"
#include "http/url_text.hpp"

namespace isr {
namespace {

/// Large enough for the wire's speed, small enough for a hundred clients on a small machine.
constexpr std::uint64_t kPieceSize = 256 * 1024;

/// A thread sends no more than this before another client has its turn.
constexpr std::uint64_t kSentPieceSize = 16 * kPieceSize;

/// One piece goes out while the next is read.
constexpr size_t kQueue = 3 * kPieceSize;

/// A live client: seconds of what is sent, and no time at all for one that does not read.
constexpr ClientStream::Limits kLive{.queue = 256 * 1024, .stall = std::chrono::seconds(3)};

/// Worker thread. Empty when it cannot be read.
Ref<GBytes> PieceOf(BodySource& source, std::uint64_t offset, size_t length) {
  auto* const data = static_cast<std::uint8_t*>(g_malloc(length));
  auto piece = Ref<GBytes>::Adopt(g_bytes_new_take(data, length));
  return source.Read(offset, {data, length}) ? piece : Ref<GBytes>();
}

Reply TooLarge(size_t limit) {
  return ErrorReply(413, "too-large",
                    fmt::format("the request's body has more than {} bytes", limit));
}

}  // namespace

Exchange::Exchange(SoupServerMessage* message, Background& background, Listener& listener,
                   Limits limits, std::function<void()> ended)
    : background_(&background),
      listener_(listener),
      limits_(limits),
      ended_(std::move(ended)),
      message_(Ref<SoupServerMessage>::Share(message)),
      remote_(Ref<GSocketAddress>::Share(soup_server_message_get_remote_address(message))) {
  request_.method = soup_server_message_get_method(message);
  request_.range = Header("Range");
  request_.if_range = Header("If-Range");
  request_.if_none_match = Header("If-None-Match");
  request_.if_modified_since = Header("If-Modified-Since");
  request_.last_event_id = Header("Last-Event-ID");
  const std::string type = Header("Content-Type");
  request_.content_type = LowerCase(Trim(type.substr(0, type.find(';'))));
  // Taken as it comes, as far as the limit.
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  got_chunk_ = SignalConnection(message, "got-chunk", G_CALLBACK(OnGotChunk), this);
}

/// All of that name, as one list.
std::string Exchange::Header(const char* name) const {
  const char* const value =
      soup_message_headers_get_list(soup_server_message_get_request_headers(message_.Get()), name);
  return value == nullptr ? "" : value;
}

std::optional<Reply> Exchange::CheckHeaders(const std::vector<std::string>& hosts) const {
  size_t size = 0;
  SoupMessageHeadersIter iter;
  soup_message_headers_iter_init(&iter, soup_server_message_get_request_headers(message_.Get()));
  const char* name = nullptr;
  const char* value = nullptr;
  while (soup_message_headers_iter_next(&iter, &name, &value) != FALSE) {
    size += std::strlen(name) + std::strlen(value);
  }
  g_autofree char* uri = g_uri_to_string(soup_server_message_get_uri(message_.Get()));
  if (size + std::strlen(uri) > limits_.header) {
    return ErrorReply(431, "too-large",
                      fmt::format("the request's head has more than {} bytes", limits_.header));
  }
  if (!IsOwnHost(Header("Host"), g_get_host_name(), hosts)) {
    return ErrorReply(403, "foreign-host",
                      "this machine is not known by the name in the address; use its IP address "
                      "or its own name, or add this one to allowed_hosts in [web]");
  }
  if (request_.method != "GET" && request_.method != "HEAD" &&
      !IsOwnOrigin(Header("Origin"), Header("Host"))) {
    return ErrorReply(403, "foreign-origin", "another site's page may not change anything here");
  }
  const std::string length = Header("Content-Length");
  if (length.find_first_not_of("0123456789") != std::string::npos) {
    return ErrorReply(400, "bad-request", "Content-Length is not a number");
  }
  if (!length.empty() &&
      ParseNumber(length).value_or(HUGE_VAL) > static_cast<double>(limits_.body)) {
    return TooLarge(limits_.body);
  }
  return std::nullopt;
}

Visit Exchange::GetVisit() const {
  SoupMessageHeaders* const headers = soup_server_message_get_request_headers(message_.Get());
  SoupMessageHeadersIter iter;
  soup_message_headers_iter_init(&iter, headers);
  const char* name = nullptr;
  const char* value = nullptr;
  // As nginx asks that was told nothing else. Players of today speak HTTP/1.1.
  bool is_forwarded = soup_server_message_get_http_version(message_.Get()) == SOUP_HTTP_1_0;
  while (soup_message_headers_iter_next(&iter, &name, &value) != FALSE) {
    is_forwarded = is_forwarded || IsForwardingHeader(name);
  }
  g_autofree char* peer = g_inet_address_to_string(
      g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(remote_.Get())));
  GUri* const uri = soup_server_message_get_uri(message_.Get());
  const char* const query = g_uri_get_query(uri);
  return {.approach = {.peer = IpAddress::Parse(peer).value_or(IpAddress()),
                       .is_encrypted = client_->IsEncrypted(),
                       .is_forwarded = is_forwarded,
                       .forwarded_for = Header("X-Forwarded-For"),
                       .forwarded_proto = Header("X-Forwarded-Proto")},
          .authorization = Header("Authorization"),
          .cookie = Header("Cookie"),
          .host = Header("Host"),
          .target = g_uri_get_path(uri) + (query == nullptr ? "" : std::string("?") + query),
          .wants_page = Header("Accept").find("text/html") != std::string::npos,
          .is_browser = Header("User-Agent").starts_with("Mozilla/")};
}

bool Exchange::Decode() {
  GUri* const uri = soup_server_message_get_uri(message_.Get());
  const char* const query = g_uri_get_query(uri);
  auto path = DecodePath(g_uri_get_path(uri));
  auto parameters = DecodeQuery(query == nullptr ? "" : query);
  if (!path || !parameters) return false;
  request_.path = std::move(*path);
  request_.query = std::move(*parameters);
  return true;
}

void Exchange::OnGotChunk(SoupServerMessage* /*message*/, GBytes* chunk, gpointer self) noexcept {
  Guarded("http", [&] {
    size_t size = 0;
    const auto* const data = static_cast<const char*>(g_bytes_get_data(chunk, &size));
    static_cast<Exchange*>(self)->TakeChunk({data, size});
  });
}

void Exchange::TakeChunk(std::string_view chunk) {
  if (request_.body.size() + chunk.size() > limits_.body) {
    Refuse(TooLarge(limits_.body));
  } else {
    request_.body.append(chunk);
  }
}

/// libsoup does nothing for this request any more, and calls back no more. In its own replies it
/// sends ranges that are wrong, knows no client that does not read, and waits for the end of a body
/// that is too large.
void Exchange::TakeConnection() {
  client_ = std::make_unique<ClientStream>(
      Ref<GIOStream>::Adopt(soup_server_message_steal_connection(message_.Get())),
      listener_.SocketOf(remote_.Get()),
      ClientStream::Limits{.queue = kQueue, .stall = limits_.stall},
      listener_.IsEncrypted(remote_.Get()));
  client_->OnGone([this] { ended_(); });
}

void Exchange::Refuse(Reply reply) {
  TakeConnection();
  Answer(std::move(reply));
}

void Exchange::Complete() {
  is_complete_ = true;
  listener_.RequestArrived(remote_.Get());
  TakeConnection();
}

void Exchange::Answer(Reply reply) {
  LogDebug("http", "{} {}: {}", request_.method, request_.path, reply.status);
  const bool has_body = request_.method != "HEAD";
  if (has_body && reply.live) {
    GoLive(reply);
    return;
  }
  const bool is_file = reply.file.source != nullptr;
  client_->Send(HeadOf(reply) + (has_body && !is_file ? reply.body : ""));
  if (!has_body || !is_file || reply.file.length == 0) {
    Finish();
    return;
  }
  file_ = std::move(reply.file);
  if (Fd socket = client_->DuplicateSocket(); socket.IsOpen()) {
    socket_ = std::make_shared<const Fd>(std::move(socket));
  }
  client_->OnSent([this] { GoOn(); });
  GoOn();
}

void Exchange::GoLive(const Reply& reply) {
  if (!listener_.Retain(remote_.Get())) {
    Answer(ErrorReply(503, "busy", "too many are listening already; try again later"));
    return;
  }
  client_->MakeLive(kLive);
  client_->OnGone({});
  client_->Send(HeadOf(reply));
  reply.live(std::move(client_));
  ended_();
}

void Exchange::Finish() {
  if (is_complete_) {
    client_->Finish();
  } else {
    client_->FinishUnread();
  }
}

/// The next piece, when it is time for it.
void Exchange::GoOn() {
  if (is_reading_ || file_.length == 0) return;
  if (socket_ == nullptr) {
    if (client_->Waiting() <= kPieceSize) ReadPiece();
  } else if (client_->Waiting() == 0) {
    SendPiece();
  }
}

void Exchange::SendPiece() {
  is_reading_ = true;
  const std::uint64_t length = std::min(file_.length, kSentPieceSize);
  background_->Run([source = file_.source, socket = socket_, offset = file_.offset, length,
                    weak = weak_from_this()] {
    const std::optional<std::uint64_t> count = source->SendTo(socket->Get(), offset, length);
    return [weak, count] {
      if (const auto exchange = weak.lock()) exchange->PieceSent(count);
    };
  });
}

void Exchange::PieceSent(std::optional<std::uint64_t> count) {
  is_reading_ = false;
  if (!count) {
    socket_.reset();
    ReadPiece();
    return;
  }
  file_.offset += *count;
  file_.length -= *count;
  if (file_.length == 0) {
    client_->Finish();
  } else {
    client_->AwaitRoom();
  }
}

void Exchange::ReadPiece() {
  is_reading_ = true;
  const std::uint64_t offset = file_.offset;
  const size_t length = static_cast<size_t>(std::min(file_.length, kPieceSize));
  file_.offset += length;
  file_.length -= length;
  background_->Run([source = file_.source, offset, length, weak = weak_from_this()] {
    Ref<GBytes> piece = PieceOf(*source, offset, length);
    return [weak, piece = std::move(piece)] {
      if (const auto exchange = weak.lock()) exchange->PieceRead(piece);
    };
  });
}

void Exchange::PieceRead(Ref<GBytes> piece) {
  is_reading_ = false;
  if (!piece) {
    // The length is promised; all that is left is to break off.
    LogWarning("http", "cannot read on in '{}'; its client is cut off", request_.path);
    ended_();
    return;
  }
  client_->Send(std::move(piece));
  if (file_.length == 0) {
    client_->Finish();
  } else {
    GoOn();
  }
}

}  // namespace isr
