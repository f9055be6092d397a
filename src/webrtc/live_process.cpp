#include "webrtc/live_process.hpp"

#include <utility>
#include <vector>

#include "base/error.hpp"
#include "glib/element.hpp"
#include "glib/log.hpp"
#include "glib/property.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "webrtc";
constexpr std::chrono::seconds kWatchInterval{1};
constexpr auto kReadable = GIOCondition(G_IO_IN | G_IO_HUP);
/// Then others have their turn.
constexpr int kMostAtOnce = 200;

/// The process's certificate is made when it is first asked for: not in the first listener's click.
void WarmUp() {
  try {
    const Ref<GstElement> dtls = MakeElement("dtlsdec");
    [[maybe_unused]] const auto pem = GetProperty<std::string>(dtls.Get(), "pem");
    // Loads the plugins, and the types that they register.
    for (const char* name : {"webrtcbin", "nicesink", "opusenc", "rtpopuspay"}) MakeElement(name);
  } catch (const Error& error) {
    LogWarning(kDomain, "{}", Describe(error));
  }
}

}  // namespace

LiveProcess::LiveProcess(MessageSocket control, MessageSocket audio)
    : control_(std::move(control)),
      audio_(std::move(audio)),
      loop_(g_main_loop_new(nullptr, FALSE)) {
  WarmUp();
  control_readable_ =
      SourceHandle::OnFd(control_.Descriptor(), kReadable, [this] { ReceiveControl(); });
  audio_readable_ = SourceHandle::OnFd(audio_.Descriptor(), kReadable, [this] { ReceiveAudio(); });
  watch_ = SourceHandle::Every(kWatchInterval, [this] { Watch(); });
}

LiveProcess::~LiveProcess() {
  g_main_loop_unref(loop_);
}

void LiveProcess::Run() {
  g_main_loop_run(loop_);
}

void LiveProcess::ReceiveControl() {
  const auto received = control_.Receive(false);
  if (received.peer_is_gone) return g_main_loop_quit(loop_);
  const auto message = DecodeLive(received.message);
  if (!message) return;
  if (message->kind == LiveKind::kOffer) {
    Begin(*message);
  } else if (message->kind == LiveKind::kEnd) {
    Leave(message->id);
  } else if (message->kind == LiveKind::kPing) {
    Say(LiveKind::kPong, 0);
  }
}

void LiveProcess::ReceiveAudio() {
  for (int i = 0; i < kMostAtOnce; ++i) {
    const auto received = audio_.Receive(false);
    if (received.peer_is_gone) return g_main_loop_quit(loop_);
    if (received.message.empty()) return;
    if (const auto message = DecodeLive(received.message)) sources_[message->id].Take(*message);
  }
}

void LiveProcess::Begin(const LiveMessage& message) {
  try {
    const LiveOrder order = DecodeOrder(message.Text());
    Listener& listener = listeners_[message.id];
    listener.stream = order.stream;
    sources_[order.stream].Join(message.id, order.profile);
    WebrtcSession::Owner& owner = *this;
    listener.session = std::make_unique<WebrtcSession>(message.id, order, owner, mailbox_);
  } catch (const LiveError& error) {
    OnRefused(message.id, error);
  } catch (const Error& error) {
    OnRefused(message.id, LiveError("not-installed", Describe(error)));
  }
}

void LiveProcess::OnReady(std::uint32_t session, Ref<GstElement> appsrc) {
  sources_[listeners_.at(session).stream].Connect(session, std::move(appsrc));
}

void LiveProcess::OnAnswer(std::uint32_t session, const std::string& sdp) {
  Say(LiveKind::kAnswer, session, sdp);
}

void LiveProcess::OnRefused(std::uint32_t session, const LiveError& error) {
  Say(LiveKind::kRefusal, session, error.Code() + "\n" + error.what());
  Leave(session);
}

void LiveProcess::OnOver(std::uint32_t session) {
  Say(LiveKind::kOver, session);
  Leave(session);
}

/// The session goes last: it may be the one that says so.
void LiveProcess::Leave(std::uint32_t session) {
  const auto listener = listeners_.extract(session);
  if (!listener.empty()) sources_[listener.mapped().stream].Leave(session);
}

void LiveProcess::Watch() {
  std::vector<std::uint32_t> all;
  for (const auto& [id, listener] : listeners_) all.push_back(id);
  for (const std::uint32_t id : all) listeners_.at(id).session->Watch();
}

/// Its reader is never far behind.
void LiveProcess::Say(LiveKind kind, std::uint32_t id, const std::string& text) {
  control_.Send(EncodeLive({kind, id, AsBytes(text)}));
}

}  // namespace isr
