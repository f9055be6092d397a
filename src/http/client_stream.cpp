#include "http/client_stream.hpp"

#include <array>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "glib/log.hpp"

namespace isr {
namespace {

/// What a client may send that nobody reads, before nobody even looks any more.
constexpr size_t kMaxDiscarded = 1 << 20;

/// How long one may take that still sends, to read why it should not.
constexpr std::chrono::seconds kFarewell{2};

/// Seconds for the end of a TLS connection.
constexpr guint kGoodBye = 2;

/// Bytes that the system takes for a live client: what lies there is old when it gets it.
constexpr int kLiveBuffer = 64 * 1024;

/// A live client whose machine is gone does not even acknowledge what it is sent.
constexpr std::chrono::milliseconds kUnacknowledged{10000};

constexpr const char* kDoesNotRead = "the client does not read";

bool WouldBlock(const GError* error) {
  return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) != FALSE;
}

}  // namespace

ClientStream::ClientStream(Ref<GIOStream> stream, Ref<GSocket> socket, Limits limits,
                           bool is_encrypted)
    : stream_(std::move(stream)),
      socket_(std::move(socket)),
      limits_(limits),
      is_encrypted_(is_encrypted) {
  readable_ = SourceHandle::OnReadable(
      G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(stream_.Get())), [this] { Discard(); });
}

ClientStream::~ClientStream() {
  if (IsEncrypted() && socket_) {
    // It says good-bye, on a thread that all share: not for long, and not to one who was cut off.
    g_socket_set_timeout(socket_.Get(), kGoodBye);
    if (!is_done_) g_socket_shutdown(socket_.Get(), TRUE, TRUE, nullptr);
  }
  g_io_stream_close_async(stream_.Get(), G_PRIORITY_DEFAULT, nullptr, nullptr, nullptr);
}

void ClientStream::MakeLive(Limits limits) {
  limits_ = limits;
  is_live_ = true;
  g_socket_set_option(socket_.Get(), SOL_SOCKET, SO_SNDBUF, kLiveBuffer, nullptr);
  g_socket_set_option(socket_.Get(), IPPROTO_TCP, TCP_USER_TIMEOUT,
                      static_cast<gint>(kUnacknowledged.count()), nullptr);
}

bool ClientStream::Send(Ref<GBytes> bytes) {
  const size_t size = g_bytes_get_size(bytes.Get());
  if (size == 0) return true;
  if (waiting_ > 0 && waiting_ + size > limits_.queue) return false;
  waiting_ += size;
  queue_.push_back(std::move(bytes));
  if (!writable_.IsActive()) AwaitRoom();
  return true;
}

bool ClientStream::Send(std::string_view bytes) {
  return Send(Ref<GBytes>::Adopt(g_bytes_new(bytes.data(), bytes.size())));
}

Fd ClientStream::DuplicateSocket() const {
  if (is_encrypted_) return Fd();
  return Fd(::fcntl(g_socket_get_fd(socket_.Get()), F_DUPFD_CLOEXEC, 0));
}

void ClientStream::AwaitRoom() {
  writable_ = SourceHandle::OnWritable(
      G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(stream_.Get())), [this] { Write(); });
  Watch(limits_.stall, kDoesNotRead);
}

void ClientStream::End(Ending ending) {
  ending_ = ending;
  // From the main loop, as everything that may call back.
  if (queue_.empty()) patience_ = SourceHandle::After({}, [this] { Drained(); });
}

void ClientStream::Write() {
  const size_t before = waiting_;
  g_autoptr(GError) error = nullptr;
  while (!queue_.empty() && error == nullptr) WriteFirst(&error);
  if (error != nullptr && !WouldBlock(error)) {
    Gone(error->message);
  } else if (queue_.empty()) {
    writable_.Reset();
    patience_.Reset();
    Drained();
  } else if (waiting_ < before) {
    Watch(limits_.stall, kDoesNotRead);
    if (on_sent_) on_sent_();
  }
}

void ClientStream::WriteFirst(GError** error) {
  gsize size = 0;
  const auto* const data = static_cast<const char*>(g_bytes_get_data(queue_.front().Get(), &size));
  const gssize count = g_pollable_output_stream_write_nonblocking(
      G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(stream_.Get())), data + sent_,
      size - sent_, nullptr, error);
  if (count < 0) return;
  sent_ += static_cast<size_t>(count);
  waiting_ -= static_cast<size_t>(count);
  if (sent_ < size) return;
  queue_.pop_front();
  sent_ = 0;
}

void ClientStream::Drained() {
  // More came than was asked for, and more of it may be on its way.
  const bool has_more = discarded_ > 0 || g_socket_get_available_bytes(socket_.Get()) > 0;
  if (ending_ == Ending::kNone) {
    if (on_sent_) on_sent_();
  } else if (!readable_.IsActive() || (ending_ == Ending::kAtOnce && !has_more)) {
    is_done_ = true;
    Gone("done");
  } else {
    ending_ = Ending::kWhenClientHasRead;
    g_socket_shutdown(socket_.Get(), FALSE, TRUE, nullptr);
    Watch(kFarewell, "the client does not stop sending");
  }
}

void ClientStream::Discard() {
  std::array<char, 4096> buffer{};
  auto* const in = G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(stream_.Get()));
  g_autoptr(GError) error = nullptr;
  const gssize count =
      g_pollable_input_stream_read_nonblocking(in, buffer.data(), buffer.size(), nullptr, &error);
  if (count < 0) {
    if (!WouldBlock(error)) Gone(error->message);
    return;
  }
  discarded_ += static_cast<size_t>(count);
  if (count > 0 && discarded_ < kMaxDiscarded) return;
  readable_.Reset();
  const bool all_is_sent = ending_ == Ending::kWhenClientHasRead && queue_.empty();
  if (is_live_ || all_is_sent) Gone(count == 0 ? "the client left" : "the client sends too much");
}

void ClientStream::Gone(const char* why) {
  LogDebug("http", "a connection ends: {}", why);
  readable_.Reset();
  writable_.Reset();
  patience_.Reset();
  queue_.clear();
  waiting_ = 0;
  if (const Callback on_gone = std::exchange(on_gone_, {})) on_gone();
}

void ClientStream::Watch(std::chrono::milliseconds patience, const char* why) {
  patience_ = SourceHandle::After(patience, [this, why] { Gone(why); });
}

}  // namespace isr
