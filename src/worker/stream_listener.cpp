#include "worker/stream_listener.hpp"

#include <csignal>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "glib/log.hpp"
#include "worker/listen.hpp"
#include "worker/worker_process.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "worker";

constexpr std::chrono::seconds kWatchInterval{5};
/// A worker that gives no sign of life for this long hangs in a decoder.
constexpr std::chrono::seconds kPatience{20};
constexpr std::chrono::seconds kFirstRestart{1};
constexpr std::chrono::seconds kLastRestart{60};
/// At the end, for levels that are still on their way.
constexpr std::chrono::seconds kLastPatience{2};

/// What a ping brings back behind all levels; those of the watch bring 0.
constexpr std::uint64_t kHeardMark = 1;

/// What waits for the worker at most, when the socket is full: the bursts with which servers begin.
constexpr std::size_t kMaxWaiting = 8 * 1024 * 1024;

}  // namespace

/// The way to the worker that runs now, shared by all taps. Thread-safe.
class StreamListener::Link {
 public:
  /// `number` tells one worker from the next; 0: there is none.
  void Connect(MessageSocket socket, std::uint32_t number) {
    const std::lock_guard lock(mutex_);
    socket_ = std::move(socket);
    number_ = number;
    waiting_.clear();
    waiting_bytes_ = 0;
  }
  void Disconnect() { Connect(MessageSocket(), 0); }
  /// Who is told, in this thread, when something begins to wait.
  void OnWaiting(std::function<void()> tell) {
    const std::lock_guard lock(mutex_);
    tell_ = std::move(tell);
  }

  std::uint32_t Number() const {
    const std::lock_guard lock(mutex_);
    return number_;
  }

  /// In order with all that was sent before. False: it is lost.
  bool Send(const WireMessage& message) {
    std::vector<std::uint8_t> bytes = EncodeMessage(message);
    const std::lock_guard lock(mutex_);
    if (number_ == 0 || bytes.size() > kMaxMessage) return false;
    if (waiting_.empty()) {
      const auto sent = socket_.TrySend(bytes);
      if (sent != MessageSocket::Sent::kNoRoom) return sent == MessageSocket::Sent::kYes;
    }
    if (waiting_bytes_ + bytes.size() > kMaxWaiting) return false;
    if (waiting_.empty() && tell_) tell_();
    waiting_bytes_ += bytes.size();
    waiting_.push_back(std::move(bytes));
    return true;
  }

  /// Sends what waits, as far as there is room. Whether something still waits.
  bool Flush() {
    const std::lock_guard lock(mutex_);
    while (!waiting_.empty()) {
      if (socket_.TrySend(waiting_.front()) == MessageSocket::Sent::kNoRoom) return true;
      waiting_bytes_ -= waiting_.front().size();
      waiting_.pop_front();
    }
    return false;
  }

 private:
  mutable std::mutex mutex_;
  MessageSocket socket_;                           // protected by mutex_
  std::uint32_t number_ = 0;                       // protected by mutex_
  std::deque<std::vector<std::uint8_t>> waiting_;  // protected by mutex_
  std::size_t waiting_bytes_ = 0;                  // protected by mutex_
  std::function<void()> tell_;                     // protected by mutex_
};

/// Of one run. Streaming thread.
class StreamListener::Tap final : public FrameTap {
 public:
  Tap(std::shared_ptr<Link> link, std::uint32_t stream) : link_(std::move(link)), stream_(stream) {}
  ~Tap() override { link_->Send({.kind = WireKind::kClose, .stream = stream_}); }

  void OnFormat(const CodedFormat& format) override {
    format_ = EncodeFormat(format);
    worker_ = 0;
  }

  void OnFile(unsigned number) override {
    file_ = number;
    position_ = 0;
    if (worker_ != 0 && worker_ == link_->Number()) SendFile();
  }

  void OnFrames(ByteView bytes, std::span<const FrameEntry> entries) override {
    const std::uint32_t worker = link_->Number();
    if (worker != std::exchange(worker_, worker) && worker != 0) {
      link_->Send({.kind = WireKind::kFormat, .stream = stream_, .payload = format_});
      SendFile();
    }
    while (!entries.empty()) {
      std::size_t count = 0;
      std::size_t size = 0;
      std::uint64_t samples = 0;
      while (count < entries.size() && (count == 0 || size + entries[count].bytes <= kPart)) {
        size += entries[count].bytes;
        samples += entries[count].samples;
        ++count;
      }
      link_->Send({.kind = WireKind::kFrames,
                   .stream = stream_,
                   .file = file_,
                   .position = position_,
                   .payload = EncodeFrames(entries.first(count), bytes.first(size))});
      position_ += samples;
      entries = entries.subspan(count);
      bytes = bytes.subspan(size);
    }
  }

 private:
  static constexpr std::size_t kPart = kMaxMessage / 2;  ///< of frames; room for their sizes

  void SendFile() { link_->Send({.kind = WireKind::kFile, .stream = stream_, .file = file_}); }

  const std::shared_ptr<Link> link_;  // shared with the listener
  const std::uint32_t stream_;
  std::vector<std::uint8_t> format_;
  std::uint32_t file_ = 0;
  std::uint64_t position_ = 0;  ///< sample frames of the file
  std::uint32_t worker_ = 0;    ///< that knows the format
};

StreamListener::StreamListener() : link_(std::make_shared<Link>()) {
  link_->OnWaiting([this] { mailbox_.Send([this] { FlushSoon(); }); });
}

StreamListener::~StreamListener() {
  link_->OnWaiting(nullptr);
  link_->Disconnect();
  StopWorker();
}

std::shared_ptr<FrameTap> StreamListener::Open(std::weak_ptr<LevelReceiver> receiver) {
  if (process_ < 0 && !restart_.IsActive()) StartWorker();
  std::erase_if(receivers_, [](const auto& one) { return one.second.expired(); });
  const std::uint32_t stream = next_stream_++;
  receivers_.emplace(stream, std::move(receiver));
  return std::make_shared<Tap>(link_, stream);
}

void StreamListener::StartWorker() {
  static std::uint32_t number = 0;
  auto [ours, theirs] = MessageSocket::MakePair();
  try {
    process_ = StartWorkerProcess({"listen"}, {{theirs.Descriptor(), kListenSocket}});
  } catch (const Error& error) {
    return Lost(fmt::format("cannot be started ({})", Describe(error)));
  }
  g_child_watch_add(
      process_, [](GPid /*process*/, gint /*status*/, gpointer /*data*/) {}, nullptr);
  socket_ = std::move(ours);
  link_->Connect(MessageSocket(Fd(::fcntl(socket_.Descriptor(), F_DUPFD_CLOEXEC, 0))), ++number);
  if (is_watched_) SayWatched();
  started_ = last_sign_ = std::chrono::steady_clock::now();
  readable_ = SourceHandle::OnFd(socket_.Descriptor(), GIOCondition(G_IO_IN | G_IO_HUP),
                                 [this] { Receive(); });
  watch_ = SourceHandle::Every(kWatchInterval, [this] { Watch(); });
}

void StreamListener::StopWorker() {
  readable_.Reset();
  writable_.Reset();
  watch_.Reset();
  socket_ = MessageSocket();
  // GLib reaps it.
  if (process_ > 0) ::kill(std::exchange(process_, -1), SIGKILL);
}

void StreamListener::WatchLevels(bool is_watched) {
  if (std::exchange(is_watched_, is_watched) != is_watched) SayWatched();
}

void StreamListener::SayWatched() {
  link_->Send({.kind = WireKind::kWatch, .position = is_watched_ ? 1U : 0U});
}

void StreamListener::WhenHeard(std::function<void()> then) {
  heard_ = std::move(then);
  const bool asked = link_->Send({.kind = WireKind::kPing, .position = kHeardMark});
  give_up_ =
      SourceHandle::After(asked ? kLastPatience : std::chrono::seconds(0), [this] { SayHeard(); });
}

void StreamListener::SayHeard() {
  give_up_.Reset();
  if (const auto heard = std::exchange(heard_, nullptr)) heard();
}

/// Said once; the log would fill up with a stream that every worker dies of.
void StreamListener::Lost(const std::string& why) {
  link_->Disconnect();
  StopWorker();
  for (const auto& [stream, weak] : receivers_) {
    if (const auto receiver = weak.lock()) receiver->OnLevelsLost();
  }
  const auto delay = std::min(kFirstRestart * (1 << std::min(losses_, 6)), kLastRestart);
  if (losses_++ == 0) {
    LogWarning(kDomain, "the worker that listens to streams {}; starting it again in {} s", why,
               delay.count());
  }
  restart_ = SourceHandle::After(delay, [this] {
    restart_.Reset();
    StartWorker();
  });
}

void StreamListener::Receive() {
  constexpr int kAtOnce = 200;
  for (int i = 0; i < kAtOnce; ++i) {
    const auto received = socket_.Receive(false);
    if (received.peer_is_gone) return Lost("has died");
    if (received.message.empty()) return;
    last_sign_ = std::chrono::steady_clock::now();
    if (const auto message = DecodeMessage(received.message)) Handle(*message);
  }
}

void StreamListener::Handle(const WireMessage& message) {
  if (message.kind == WireKind::kPong && message.position == kHeardMark) return SayHeard();
  const auto found = receivers_.find(message.stream);
  const auto receiver = found == receivers_.end() ? nullptr : found->second.lock();
  if (receiver == nullptr) return;
  if (message.kind == WireKind::kLevels) {
    if (const auto levels = DecodeLevels(message.payload)) {
      receiver->OnLevels(message.file, message.position, *levels);
    }
  } else if (message.kind == WireKind::kFileDone) {
    receiver->OnLevelsDone(message.file);
  } else if (message.kind == WireKind::kTrouble) {
    receiver->OnNoLevels({message.payload.begin(), message.payload.end()});
  }
}

void StreamListener::Watch() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_sign_ > kPatience) return Lost("hangs");
  if (now - started_ > kLastRestart) losses_ = 0;
  link_->Send({.kind = WireKind::kPing});
}

/// When the socket has room.
void StreamListener::FlushSoon() {
  if (!socket_.IsOpen() || writable_.IsActive()) return;
  writable_ = SourceHandle::OnFd(socket_.Descriptor(), G_IO_OUT, [this] {
    if (!link_->Flush()) writable_.Reset();
  });
}

}  // namespace isr
