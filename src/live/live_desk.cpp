#include "live/live_desk.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "glib/log.hpp"
#include "worker/wire.hpp"
#include "worker/worker_process.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "live";

constexpr std::chrono::seconds kWatchInterval{5};

/// Of an answer: isr-live gives up before. More where it has to be started first.
constexpr std::chrono::seconds kAnswerPatience{20};

/// So long isr-live stays when nobody listens: the next one need not wait for it to start.
constexpr std::chrono::minutes kRest{10};

std::string NewName() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}", random(), random(), random());
}

LiveAnswer Refuse(const std::string& code, const std::string& text) {
  return {.error = LiveError(code, text)};
}

void Grant(LiveProfile& profile, const LiveRules& rules, const std::string& wish,
           const std::string& value) {
  constexpr long kLeast = 6000;
  if (wish == "codec") {
    profile.codec = value;
  } else if (wish == "stereo") {
    if (value != "0" && value != "1") throw LiveError("bad-wish", "'stereo' must be 0 or 1");
    profile.stereo = value == "1";
  } else if (wish == "bitrate") {
    const auto bitrate = ParseInteger(value);
    if (!bitrate || *bitrate < kLeast || *bitrate > rules.most_bitrate) {
      throw LiveError("bad-wish", fmt::format("'bitrate' must be a number from {} to {}", kLeast,
                                              rules.most_bitrate));
    }
    profile.bitrate = static_cast<int>(*bitrate);
  }
}

}  // namespace

std::string FindLiveProgram() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const std::filesystem::path& folder : {self.parent_path(), {ISR_LIBEXEC_DIR}}) {
    std::string path = folder / "isr-live";
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

LiveDesk::LiveDesk(Options options, std::function<void(const std::string&, bool)> follow)
    : options_(std::move(options)), follow_(std::move(follow)) {}

LiveDesk::~LiveDesk() {
  way_->Connect({});
  StopProgram();
}

LiveFeed& LiveDesk::FeedOf(const std::string& source) {
  auto& feed = feeds_[source];
  if (feed == nullptr) {
    feed = std::make_shared<LiveFeed>(way_, static_cast<std::uint32_t>(feeds_.size()));
  }
  return *feed;
}

std::shared_ptr<AudioTap> LiveDesk::TapOf(const std::string& source) {
  FeedOf(source);
  return feeds_.at(source);
}

bool LiveDesk::IsHeard(const std::string& source) const {
  return std::any_of(sessions_.begin(), sessions_.end(),
                     [&](const auto& one) { return one.second.source == source; });
}

void LiveDesk::Listen(const LiveRequest& request, std::function<void(LiveAnswer)> done) {
  if (options_.program.empty()) {
    return done(Refuse("not-installed",
                       "live listening over WebRTC needs the program isr-live (package isr-live)"));
  }
  if (sessions_.size() >= rules_.max_listeners) {
    return done(Refuse("busy", fmt::format("{} listen already", sessions_.size())));
  }
  LiveOrder order{.stream = FeedOf(request.source).Stream(),
                  .profile = rules_.profile,
                  .offer = request.offer,
                  .first_port = rules_.first_port,
                  .last_port = rules_.last_port,
                  .stun_server = rules_.stun_server,
                  .turn_server = rules_.turn_server};
  try {
    for (const auto& [wish, value] : request.wishes) {
      Grant(order.profile, rules_, wish, value);
    }
  } catch (const LiveError& error) {
    return done({.error = error});
  }
  const std::string text = EncodeOrder(order);
  if (text.size() + 64 > kMaxMessage) return done(Refuse("bad-offer", "the offer is too long"));
  if (process_ < 0) StartProgram();
  const std::uint32_t id = ++last_session_;
  if (process_ < 0 || control_.TrySend(EncodeLive({LiveKind::kOffer, id, AsBytes(text)})) !=
                          MessageSocket::Sent::kYes) {
    return done(Refuse("failed", "isr-live cannot be reached; the log says why"));
  }
  rest_.Reset();
  const bool is_first = !IsHeard(request.source);
  Session& session = sessions_[id];
  session = {.name = NewName(), .source = request.source, .done = std::move(done)};
  session.deadline = SourceHandle::After(
      kAnswerPatience, [this, id] { Answer(id, Refuse("failed", "isr-live does not answer")); });
  FeedOf(request.source).Want(true);
  if (is_first) follow_(request.source, true);
}

bool LiveDesk::End(const std::string& session) {
  const auto found = std::find_if(sessions_.begin(), sessions_.end(), [&](const auto& one) {
    return one.second.name == session && !one.second.done;
  });
  if (found == sessions_.end()) return false;
  control_.TrySend(EncodeLive({LiveKind::kEnd, found->first, {}}));
  Drop(found->first);
  return true;
}

/// What is refused is over.
void LiveDesk::Answer(std::uint32_t id, LiveAnswer answer) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || !found->second.done) return;
  found->second.deadline.Reset();
  const auto done = std::exchange(found->second.done, nullptr);
  answer.session = found->second.name;
  if (answer.error) {
    control_.TrySend(EncodeLive({LiveKind::kEnd, id, {}}));
    Drop(id);
  }
  done(std::move(answer));
}

void LiveDesk::Drop(std::uint32_t id) {
  auto session = sessions_.extract(id);
  if (session.empty()) return;
  const std::string& source = session.mapped().source;
  if (!IsHeard(source)) {
    FeedOf(source).Want(false);
    follow_(source, false);
  }
  if (!sessions_.empty()) return;
  rest_ = SourceHandle::After(kRest, [this] { StopProgram(); });
}

void LiveDesk::StartProgram() {
  try {
    auto [control, their_control] = MessageSocket::MakePair();
    auto [audio, their_audio] = MessageSocket::MakePair();
    process_ = StartProcess(options_.program.c_str(), {"isr-live"},
                            {{their_control.Descriptor(), kLiveControlSocket},
                             {their_audio.Descriptor(), kLiveAudioSocket}});
    control_ = std::move(control);
    way_->Connect(std::move(audio));
  } catch (const Error& error) {
    LogWarning(kDomain, "isr-live cannot be started ({}); nobody hears anything", Describe(error));
    return;
  }
  g_child_watch_add(
      process_, [](GPid /*process*/, gint /*status*/, gpointer /*data*/) {}, nullptr);
  last_sign_ = std::chrono::steady_clock::now();
  readable_ = SourceHandle::OnFd(control_.Descriptor(), GIOCondition(G_IO_IN | G_IO_HUP),
                                 [this] { Receive(); });
  watch_ = SourceHandle::Every(kWatchInterval, [this] { Watch(); });
}

void LiveDesk::StopProgram() {
  way_->Connect({});
  readable_.Reset();
  watch_.Reset();
  rest_.Reset();
  control_ = MessageSocket();
  // GLib reaps it.
  if (process_ > 0) ::kill(std::exchange(process_, -1), SIGKILL);
}

void LiveDesk::Lost(const std::string& why) {
  LogWarning(kDomain, "isr-live {}; it is started again for the next listener", why);
  StopProgram();
  while (!sessions_.empty()) {
    const std::uint32_t id = sessions_.begin()->first;
    Answer(id, Refuse("failed", "isr-live " + why));
    Drop(id);
  }
}

void LiveDesk::Receive() {
  constexpr int kAtOnce = 200;
  for (int i = 0; i < kAtOnce && control_.IsOpen(); ++i) {
    const auto received = control_.Receive(false);
    if (received.peer_is_gone) return Lost("has died");
    if (received.message.empty()) return;
    last_sign_ = std::chrono::steady_clock::now();
    if (const auto message = DecodeLive(received.message)) Handle(*message);
  }
}

void LiveDesk::Handle(const LiveMessage& message) {
  const std::string text(message.Text());
  if (message.kind == LiveKind::kAnswer) {
    Answer(message.id, {.sdp = text});
  } else if (message.kind == LiveKind::kRefusal) {
    const size_t end = text.find('\n');
    Answer(message.id,
           Refuse(text.substr(0, end), text.substr(std::min(end, text.size() - 1) + 1)));
  } else if (message.kind == LiveKind::kOver) {
    Drop(message.id);
  }
}

void LiveDesk::Watch() {
  if (std::chrono::steady_clock::now() - last_sign_ > options_.patience) return Lost("hangs");
  control_.TrySend(EncodeLive({LiveKind::kPing, 0, {}}));
}

}  // namespace isr
