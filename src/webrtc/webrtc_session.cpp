#include "webrtc/webrtc_session.hpp"

#include <mutex>
#include <utility>

#include "base/guarded.hpp"
#include "glib/element.hpp"
#include "glib/log.hpp"
#include "glib/property.hpp"
#include "webrtc/encoder.hpp"
#include "webrtc/live_pipeline.hpp"
#include "webrtc/session_description.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "webrtc";

/// Of a listener's packets that wait for its network.
constexpr GstClockTime kMostWaiting = 200 * GST_MSECOND;

/// For an answer with all candidates.
constexpr std::chrono::seconds kAnswerPatience{5};
/// For a listener to connect.
constexpr std::chrono::seconds kConnectPatience{30};
/// For a connected one to report that it hears more.
constexpr std::chrono::seconds kHearPatience{15};

// GstWebRTCICEGatheringState, GstDtlsConnectionState
constexpr gint kGatheringComplete = 2;
constexpr gint kDtlsClosed = 1;
constexpr gint kDtlsFailed = 2;
constexpr gint kDtlsConnected = 4;

gint EnumOf(gpointer object, const char* name) {
  gint value = 0;
  g_object_get(object, name, &value, nullptr);
  return value;
}

const char* PayloaderOf(const LiveProfile& profile) {
  if (profile.codec == "opus") return "rtpopuspay";
  if (profile.codec == "g722") return "rtpg722pay";
  return profile.codec == "pcmu" ? "rtppcmupay" : "rtppcmapay";
}

Ref<GstElement> MakePayloader(const LiveProfile& profile, int payload_type) {
  Ref<GstElement> payloader = MakeElement(PayloaderOf(profile));
  SetProperty(payloader.Get(), "pt", static_cast<guint>(payload_type));
  return payloader;
}

/// No TCP, and no waiting for a router to answer UPnP.
void Reach(GstElement* webrtc, const LiveOrder& order) {
  if (!order.stun_server.empty()) SetProperty(webrtc, "stun-server", order.stun_server);
  if (!order.turn_server.empty()) SetProperty(webrtc, "turn-server", order.turn_server);
  GObject* ice = nullptr;
  g_object_get(webrtc, "ice-agent", &ice, nullptr);
  const auto owned = Ref<GObject>::Adopt(ice);
  SetProperty(ice, "ice-tcp", false);
  if (order.first_port > 0) SetProperty(ice, "min-rtp-port", static_cast<guint>(order.first_port));
  if (order.last_port > 0) SetProperty(ice, "max-rtp-port", static_cast<guint>(order.last_port));
  GObject* agent = nullptr;
  g_object_get(ice, "agent", &agent, nullptr);
  const auto nice = Ref<GObject>::Adopt(agent);
  SetProperty(agent, "upnp", false);
}

}  // namespace

/// Through which webrtcbin's threads reach the session, as long as it is there.
class WebrtcSession::Door : public std::enable_shared_from_this<Door> {
 public:
  using Holder = std::shared_ptr<Door>;
  Door(WebrtcSession* session, Mailbox& mailbox) : session_(session), mailbox_(mailbox) {}

  void Close() {
    const std::lock_guard lock(mutex_);
    session_ = nullptr;
  }
  /// Any thread.
  void Send(std::function<void(WebrtcSession&)> letter) {
    const std::lock_guard lock(mutex_);
    if (session_ == nullptr) return;
    mailbox_.Send([door = shared_from_this(), letter = std::move(letter)] {
      if (door->session_ != nullptr) letter(*door->session_);
    });
  }

  template <typename Handler>
  static void Connect(const Holder& door, gpointer object, const char* signal, Handler handler) {
    g_signal_connect_data(
        object, signal, G_CALLBACK(handler), new Holder(door),
        [](gpointer data, GClosure* /*closure*/) { delete static_cast<Holder*>(data); },
        GConnectFlags(0));
  }

  /// A promise whose reply goes to `then`, in webrtcbin's thread; to nobody when that ends.
  static GstPromise* Promise(const Holder& door,
                             std::function<void(Door&, const GstStructure*)> then) {
    auto* const data = new std::pair(door, std::move(then));
    using Data = std::remove_pointer_t<decltype(data)>;
    return gst_promise_new_with_change_func(
        [](GstPromise* promise, gpointer user) {
          Guarded("promise", [&] {
            auto& [to, reply] = *static_cast<Data*>(user);
            if (gst_promise_wait(promise) == GST_PROMISE_RESULT_REPLIED) {
              reply(*to, gst_promise_get_reply(promise));
            }
          });
          gst_promise_unref(promise);
        },
        data, [](gpointer user) { delete static_cast<Data*>(user); });
  }

 private:
  std::mutex mutex_;
  WebrtcSession* session_;  // protected by mutex_; only the main thread changes it
  Mailbox& mailbox_;        // outlives the session
};

namespace {

/// Empty: none. Where there is nothing to say, there is no reply.
std::string ErrorIn(const GstStructure* reply) {
  if (reply == nullptr) return {};
  const GValue* const value = gst_structure_get_value(reply, "error");
  if (value == nullptr || !G_VALUE_HOLDS(value, G_TYPE_ERROR)) return {};
  return static_cast<const GError*>(g_value_get_boxed(value))->message;
}

}  // namespace

WebrtcSession::WebrtcSession(std::uint32_t id, const LiveOrder& order, Owner& owner,
                             Mailbox& mailbox)
    : id_(id),
      profile_(order.profile),
      codec_(RtpCodecOf(profile_.codec)),
      offer_(ParseOffer(order.offer, codec_)),
      owner_(owner),
      pipeline_(MakeLivePipeline("listener")),
      appsrc_(MakeLiveSource(EncodedCaps(profile_).Get(), kMostWaiting)),
      webrtc_(MakeElement("webrtcbin")),
      door_(std::make_shared<Door>(this, mailbox)) {
  filter_ = MakeCapsFilter("application/x-rtp,media=audio,payload=" +
                           std::to_string(offer_.payload_type));
  SetEnumProperty(webrtc_.Get(), "bundle-policy", "max-bundle");
  Reach(webrtc_.Get(), order);
  AddAndLink(pipeline_.Get(), {appsrc_, MakePayloader(profile_, offer_.payload_type), filter_});
  gst_bin_add(GST_BIN(pipeline_.Get()), webrtc_.Get());

  Door::Connect(
      door_, webrtc_.Get(), "notify::ice-gathering-state",
      +[](GObject* webrtc, GParamSpec* /*spec*/, Door::Holder* door) {
        Guarded("ice", [&] {
          if (EnumOf(webrtc, "ice-gathering-state") != kGatheringComplete) return;
          (*door)->Send([](WebrtcSession& session) { session.SendAnswer(); });
        });
      });
  Door::Connect(
      door_, webrtc_.Get(), "deep-element-added",
      +[](GstBin* /*bin*/, GstBin* /*sub*/, GstElement* element, Door::Holder* door) {
        Guarded("dtls", [&] {
          GstElementFactory* const factory = gst_element_get_factory(element);
          if (factory == nullptr || g_strcmp0(GST_OBJECT_NAME(factory), "dtlsdec") != 0) {
            return;
          }
          Door::Connect(
              *door, element, "notify::connection-state",
              +[](GObject* dtls, GParamSpec* /*spec*/, Door::Holder* to) {
                Guarded("dtls", [&] {
                  const gint state = EnumOf(dtls, "connection-state");
                  (*to)->Send([state](WebrtcSession& session) { session.OnDtls(state); });
                });
              });
        });
      });
  deadline_ = SourceHandle::After(kAnswerPatience, [this] { Fail("no candidates were found"); });
  last_sign_ = std::chrono::steady_clock::now();
  running_ = std::make_unique<RunningElement>(pipeline_);
  Negotiate(TextForWebrtcbin(offer_, codec_));
}

WebrtcSession::~WebrtcSession() {
  door_->Close();
  running_.reset();
}

void WebrtcSession::Negotiate(const std::string& offer) {
  const SessionDescription remote(SessionDescription::Type::kOffer, offer);
  GstPromise* const promise = Door::Promise(door_, [](Door& door, const GstStructure* reply) {
    door.Send([error = ErrorIn(reply)](WebrtcSession& session) {
      if (error.empty()) {
        session.AddMedia();
      } else {
        session.Fail(error);
      }
    });
  });
  g_signal_emit_by_name(webrtc_.Get(), "set-remote-description", remote.Get(), promise);
}

/// The pad is asked for now, and not before: webrtcbin would make a second transceiver for it, and
/// nothing would ever be heard.
void WebrtcSession::AddMedia() {
  const auto pad = Ref<GstPad>::Adopt(gst_element_request_pad_simple(webrtc_.Get(), "sink_%u"));
  const auto packets = Ref<GstPad>::Adopt(gst_element_get_static_pad(filter_.Get(), "src"));
  if (!pad || gst_pad_link(packets.Get(), pad.Get()) != GST_PAD_LINK_OK) {
    return Fail("webrtcbin takes no audio");
  }
  GObject* transceiver = nullptr;
  g_object_get(pad.Get(), "transceiver", &transceiver, nullptr);
  const auto owned = Ref<GObject>::Adopt(transceiver);
  SetEnumProperty(transceiver, "direction", "sendonly");
  owner_.OnReady(id_, appsrc_);
  GstPromise* const promise = Door::Promise(door_, [](Door& door, const GstStructure* reply) {
    std::string error = ErrorIn(reply);
    std::string sdp;
    const GValue* const value =
        reply != nullptr ? gst_structure_get_value(reply, "answer") : nullptr;
    if (value != nullptr) sdp = SessionDescription(g_value_dup_boxed(value)).Text();
    if (error.empty() && sdp.empty()) error = "webrtcbin has no answer";
    door.Send([sdp, error](WebrtcSession& session) {
      if (error.empty()) {
        session.TakeAnswer(sdp);
      } else {
        session.Fail(error);
      }
    });
  });
  g_signal_emit_by_name(webrtc_.Get(), "create-answer", nullptr, promise);
}

void WebrtcSession::TakeAnswer(const std::string& sdp) {
  const SessionDescription local(SessionDescription::Type::kAnswer, sdp);
  g_signal_emit_by_name(webrtc_.Get(), "set-local-description", local.Get(), nullptr);
}

/// All candidates are there.
void WebrtcSession::SendAnswer() {
  if (is_answered_) return;
  gpointer boxed = nullptr;
  g_object_get(webrtc_.Get(), "local-description", &boxed, nullptr);
  const std::string local = SessionDescription(boxed).Text();
  if (local.empty()) return;
  try {
    const std::string answer = AnswerTo(offer_, local, codec_, profile_);
    is_answered_ = true;
    deadline_ = SourceHandle::After(kConnectPatience, [this] { owner_.OnOver(id_); });
    owner_.OnAnswer(id_, answer);
  } catch (const LiveError& error) {
    owner_.OnRefused(id_, error);
  }
}

void WebrtcSession::Fail(const std::string& why) {
  LogDebug(kDomain, "listener {}: {}", id_, why);
  if (is_answered_) {
    owner_.OnOver(id_);
  } else {
    owner_.OnRefused(id_, LiveError("failed", why));
  }
}

void WebrtcSession::OnDtls(int state) {
  LogDebug(kDomain, "listener {}: DTLS state {}", id_, state);
  if (state == kDtlsConnected) {
    is_connected_ = true;
    deadline_.Reset();
    last_sign_ = std::chrono::steady_clock::now();
  } else if (state == kDtlsClosed || state == kDtlsFailed) {
    Fail("it has closed");
  }
}

namespace {

/// What the listener last reported to have received: an extended sequence number (RFC 3550 §6.4.1).
std::optional<guint> HighestHeard(GstElement* webrtc) {
  const auto rtpbin = Ref<GstElement>::Adopt(gst_bin_get_by_name(GST_BIN(webrtc), "rtpbin"));
  if (!rtpbin) return std::nullopt;
  GObject* session = nullptr;
  g_signal_emit_by_name(rtpbin.Get(), "get-internal-session", 0U, &session);
  if (session == nullptr) return std::nullopt;
  const auto owned = Ref<GObject>::Adopt(session);
  GstStructure* stats = nullptr;
  g_object_get(session, "stats", &stats, nullptr);
  const auto all = Ref<GstStructure>::Adopt(stats);
  const GValue* const list = gst_structure_get_value(stats, "source-stats");
  if (list == nullptr) return std::nullopt;
  auto* const sources = static_cast<GValueArray*>(g_value_get_boxed(list));
  for (guint i = 0; sources != nullptr && i < sources->n_values; ++i) {
    const auto* const source =
        static_cast<const GstStructure*>(g_value_get_boxed(sources->values + i));
    gboolean has_report = FALSE;
    guint heard = 0;
    if (gst_structure_get_boolean(source, "have-rb", &has_report) && has_report != FALSE &&
        gst_structure_get_uint(source, "rb-exthighestseq", &heard)) {
      return heard;
    }
  }
  return std::nullopt;
}

}  // namespace

void WebrtcSession::Watch() {
  if (!is_connected_) return;
  const auto now = std::chrono::steady_clock::now();
  const auto heard = HighestHeard(webrtc_.Get());
  if (heard && *heard != std::exchange(last_heard_, *heard)) last_sign_ = now;
  if (now - last_sign_ > kHearPatience) Fail("it does not hear any more");
}

}  // namespace isr
