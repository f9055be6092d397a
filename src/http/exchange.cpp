#include "http/exchange.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/guarded.hpp"
#include "glib/log.hpp"
#include "http/url_text.hpp"

namespace isr {
namespace {

/// Large enough for the wire's speed, small enough for a hundred clients on a small machine.
constexpr std::uint64_t kPieceSize = 256 * 1024;

/// A client that goes on sending after this many times the limit is cut off.
constexpr size_t kPatience = 16;

std::string TakeHeader(SoupMessageHeaders* headers, const char* name) {
  const char* const value = soup_message_headers_get_one(headers, name);
  std::string text = value == nullptr ? "" : value;
  soup_message_headers_remove(headers, name);
  return text;
}

/// Worker thread. Empty at an error, and where the file is shorter than it was.
Ref<GBytes> ReadPiece(const FileContent& content, std::uint64_t offset, size_t length) {
  auto* const data = static_cast<char*>(g_malloc(length));
  auto piece = Ref<GBytes>::Adopt(g_bytes_new_take(data, length));
  for (size_t done = 0; done < length;) {
    const ssize_t count =
        ::pread(content.fd.Get(), data + done, length - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return {};
    done += static_cast<size_t>(count);
  }
  if (offset < content.head.size()) {
    std::copy_n(content.head.data() + offset,
                std::min<std::uint64_t>(length, content.head.size() - offset), data);
  }
  return piece;
}

}  // namespace

Exchange::Exchange(SoupServerMessage* message, Background& background, Listener& listener,
                   size_t max_body)
    : background_(background),
      listener_(listener),
      max_body_(max_body),
      message_(Ref<SoupServerMessage>::Share(message)) {
  SoupMessageHeaders* const headers = soup_server_message_get_request_headers(message);
  request_.method = soup_server_message_get_method(message);
  // Taken away, because libsoup would cut ranges out of any reply, and wrongly.
  request_.range = TakeHeader(headers, "Range");
  request_.if_range = TakeHeader(headers, "If-Range");
  request_.if_none_match = TakeHeader(headers, "If-None-Match");
  request_.if_modified_since = TakeHeader(headers, "If-Modified-Since");
  // No route takes a body: it is counted and forgotten.
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  got_chunk_ = SignalConnection(message, "got-chunk", G_CALLBACK(OnGotChunk), this);
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

GSocketAddress* Exchange::Remote() const {
  return soup_server_message_get_remote_address(message_.Get());
}

std::string Exchange::Host() const {
  const char* const host = soup_message_headers_get_list(
      soup_server_message_get_request_headers(message_.Get()), "Host");
  return host == nullptr ? "" : host;
}

void Exchange::OnGotChunk(SoupServerMessage* /*message*/, GBytes* chunk, gpointer self) noexcept {
  Guarded("http", [&] { static_cast<Exchange*>(self)->CountBody(g_bytes_get_size(chunk)); });
}

void Exchange::CountBody(size_t size) {
  body_size_ += size;
  if (body_size_ <= max_body_) return;
  // libsoup reads a body to its end before it sends the reply.
  if (body_size_ > max_body_ * kPatience) listener_.Abort(Remote());
  if (soup_server_message_get_status(message_.Get()) == SOUP_STATUS_NONE) {
    Refuse(ErrorReply(413, "too-large",
                      fmt::format("the request's body has more than {} bytes", max_body_)));
  }
}

void Exchange::Refuse(const Reply& reply) {
  SetHead(reply);
}

void Exchange::Pause() {
  soup_server_message_pause(message_.Get());
}

void Exchange::Answer(const Reply& reply) {
  SetHead(reply);
  file_ = reply.file;
  if (request_.method == "HEAD" || file_.content == nullptr || file_.length == 0) {
    soup_server_message_unpause(message_.Get());
    return;
  }
  // Pieces are dropped when they are written.
  soup_message_body_set_accumulate(soup_server_message_get_response_body(message_.Get()), FALSE);
  wrote_chunk_ = SignalConnection(message_.Get(), "wrote-chunk", G_CALLBACK(OnWroteChunk), this);
  SendNextPiece();
}

void Exchange::SetHead(const Reply& reply) {
  LogDebug("http", "{} {}: {}", request_.method, request_.path, reply.status);
  SoupMessageHeaders* const headers = soup_server_message_get_response_headers(message_.Get());
  for (const auto& [name, value] : reply.headers) {
    soup_message_headers_replace(headers, name.c_str(), value.c_str());
  }
  soup_server_message_set_status(message_.Get(), static_cast<guint>(reply.status), nullptr);
  if (reply.status == SOUP_STATUS_NOT_MODIFIED) return;
  const bool is_file = reply.file.content != nullptr;
  soup_message_headers_set_content_length(
      headers, static_cast<goffset>(is_file ? reply.file.length : reply.body.size()));
  if (is_file || request_.method == "HEAD") return;
  soup_message_body_append(soup_server_message_get_response_body(message_.Get()), SOUP_MEMORY_COPY,
                           reply.body.data(), reply.body.size());
}

void Exchange::OnWroteChunk(SoupServerMessage* /*message*/, gpointer self) noexcept {
  Guarded("http", [&] { static_cast<Exchange*>(self)->SendNextPiece(); });
}

/// The message is paused: by us before the first piece, by libsoup while it has nothing to write.
void Exchange::SendNextPiece() {
  if (file_.length == 0) return;
  const std::uint64_t offset = file_.offset;
  const size_t length = static_cast<size_t>(std::min(file_.length, kPieceSize));
  file_.offset += length;
  file_.length -= length;
  background_.Run([content = file_.content, offset, length, weak = weak_from_this()] {
    Ref<GBytes> piece = ReadPiece(*content, offset, length);
    return [weak, piece = std::move(piece)] {
      if (const auto exchange = weak.lock()) exchange->PieceRead(piece);
    };
  });
}

void Exchange::PieceRead(const Ref<GBytes>& piece) {
  SoupMessageBody* const body = soup_server_message_get_response_body(message_.Get());
  if (piece) {
    soup_message_body_append_bytes(body, piece.Get());
  } else {
    // The length is promised; all that is left is to break off. libsoup notices when it writes.
    LogWarning("http", "cannot read on in '{}'; its client is cut off", request_.path);
    listener_.Abort(Remote());
    file_.length = 0;
    soup_message_body_append(body, SOUP_MEMORY_STATIC, "", 1);
  }
  soup_server_message_unpause(message_.Get());
}

}  // namespace isr
