#include "worker/listen.hpp"

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "worker/decoder_choice.hpp"
#include "worker/message_socket.hpp"
#include "worker/stream_levels.hpp"
#include "worker/wire.hpp"
#include "worker/worker_process.hpp"

namespace isr {
namespace {

/// Whoever records goes first.
constexpr int kNiceness = 5;

/// Waking up for every piece of every stream costs a third of the CPU. The socket holds what comes
/// meanwhile: 200 kB, twenty streams' at least.
constexpr std::chrono::milliseconds kPause{250};
/// While somebody watches the levels.
constexpr std::chrono::milliseconds kShortPause{50};

/// As many answers wait at most until the messages that have come are done with. One by one they
/// would wake up the recorder as often.
constexpr std::size_t kMostAnswers = 200;

class ListeningWorker {
 public:
  explicit ListeningWorker(MessageSocket socket) : socket_(std::move(socket)) {}

  void Run() {
    while (true) {
      auto received = socket_.Receive(true);
      while (!received.peer_is_gone && !received.message.empty()) {
        if (const auto message = DecodeMessage(received.message)) Handle(*message);
        if (answers_.size() >= kMostAnswers) SendAnswers();
        received = socket_.Receive(false);
      }
      if (received.peer_is_gone) return;
      if (is_watched_) {
        for (const auto& [number, levels] : streams_) levels->GiveSecondSoFar();
      }
      SendAnswers();
      std::this_thread::sleep_for(is_watched_ ? kShortPause : kPause);
    }
  }

 private:
  void Handle(const WireMessage& message) {
    switch (message.kind) {
      case WireKind::kFormat:
        return Begin(message);
      case WireKind::kFile:
        if (StreamLevels* const levels = Find(message.stream)) levels->BeginFile(message.file);
        return;
      case WireKind::kFrames:
        return Take(message);
      case WireKind::kClose:
        if (StreamLevels* const levels = Find(message.stream)) levels->Finish();
        streams_.erase(message.stream);
        return;
      case WireKind::kWatch:
        is_watched_ = message.position != 0;
        return;
      case WireKind::kPing:
        return Answer({.kind = WireKind::kPong, .position = message.position});
      default:
        return;
    }
  }

  StreamLevels* Find(std::uint32_t stream) {
    const auto found = streams_.find(stream);
    return found == streams_.end() ? nullptr : found->second.get();
  }

  /// A stream that goes on in another format has finished its file before.
  void Begin(const WireMessage& message) {
    if (StreamLevels* const before = Find(message.stream)) before->Finish();
    streams_.erase(message.stream);
    const auto format = DecodeFormat(message.payload);
    if (!format.has_value()) return;
    const std::uint32_t stream = message.stream;
    const StreamLevels::Handlers handlers{
        .levels =
            [this, stream](std::uint32_t file, std::uint64_t second, const SecondOfLevels& levels) {
              Answer({.kind = WireKind::kLevels,
                      .stream = stream,
                      .file = file,
                      .position = second,
                      .payload = EncodeLevels(levels)});
            },
        .file_done =
            [this, stream](std::uint32_t file) {
              Answer({.kind = WireKind::kFileDone, .stream = stream, .file = file});
            }};
    try {
      streams_.emplace(stream, std::make_unique<StreamLevels>(*format, handlers));
    } catch (const Error& error) {
      GiveUp(stream, Describe(error));
    }
  }

  void Take(const WireMessage& message) {
    StreamLevels* const levels = Find(message.stream);
    if (levels == nullptr) return;
    const auto frames = DecodeFrames(message.payload);
    if (frames.has_value() && !levels->Take(message.position, *frames)) {
      GiveUp(message.stream, "the decoder gave up");
    }
  }

  void GiveUp(std::uint32_t stream, const std::string& why) {
    streams_.erase(stream);
    Answer({.kind = WireKind::kTrouble,
            .stream = stream,
            .payload = {reinterpret_cast<const std::uint8_t*>(why.data()), why.size()}});
  }

  void Answer(const WireMessage& message) { answers_.push_back(EncodeMessage(message)); }

  void SendAnswers() {
    for (const auto& answer : answers_) socket_.Send(answer);
    answers_.clear();
  }

  MessageSocket socket_;
  bool is_watched_ = false;
  std::vector<std::vector<std::uint8_t>> answers_;  ///< not sent yet
  std::map<std::uint32_t, std::unique_ptr<StreamLevels>> streams_;
};

}  // namespace

void Listen() {
  BeWorkerProcess(kNiceness);
  PreferFastDecoders();
  ListeningWorker(MessageSocket(Fd(kListenSocket))).Run();
}

}  // namespace isr
