/**
 * SECTION:element-isrhttpsrc
 * @title: isrhttpsrc
 *
 * Reads a live stream over HTTP or HTTPS, once: a connection that is lost is an error, and one that
 * the server ends is the end of the stream (souphttpsrc asks again by itself and stitches what
 * comes to what it had). Follows redirects, logs in, and takes the first stream of an M3U or PLS
 * playlist. Errors say what is wrong in a person's words.
 *
 * |[
 * gst-launch-1.0 -m -e isrhttpsrc location=http://host:8000/live ! isrparse \
 *   ! isrmux ! isrfilesink location=live.mp3
 * ]|
 *
 * Its caps are `application/x-icy` where ICY metadata comes with the audio, `application/x-hls`
 * for an HLS playlist (for hlsdemux2), else none. A sticky event `http-headers` like souphttpsrc's
 * carries `response-headers` with the `Content-Type`.
 */
#include "plugins/isrhttpsrc.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "plugins/http_stream.hpp"

namespace {

using isr::Guarded;
using isr::HttpStream;
using isr::Ref;

enum Property {
  kPropLocation = 1,
  kPropUserId,
  kPropUserPassword,
  kPropUserAgent,
  kPropTlsVerify,
  kPropLongestPause,
};

/// More has rarely come at once, but for the burst at the beginning.
constexpr gsize kBlockSize = 16 * 1024;

/// Servers send a packet at a time. Reading less often than they come costs a third of the CPU, all
/// the way down the pipeline; less in the first minute, in which a stream's place in time is
/// learned from when its audio comes. No more is let wait than any socket and server holds for us:
/// Icecast drops who is half a megabyte behind.
constexpr std::chrono::milliseconds kLongestPauseAtFirst{400};
constexpr std::chrono::milliseconds kLongestPause{1000};
constexpr std::chrono::minutes kAtFirst{1};
constexpr double kMostWaiting = 48 * 1024;

/// The element's C++ half: in a GObject's own memory no constructor runs.
struct HttpState {
  HttpState() {
    has_descriptor = g_cancellable_make_pollfd(cancellable.Get(), &descriptor) != FALSE;
  }
  ~HttpState() {
    if (has_descriptor) g_cancellable_release_fd(cancellable.Get());
  }

  std::mutex mutex;                                        // nothing is called under it
  HttpStream::Options options;                             // protected by mutex
  std::chrono::nanoseconds longest_pause = kLongestPause;  // protected by mutex
  const Ref<GCancellable> cancellable = Ref<GCancellable>::Adopt(g_cancellable_new());
  // Kept, or GIO makes one and closes it again for each read.
  GPollFD descriptor{};
  bool has_descriptor = false;
  std::string url;        // protected by mutex; of the stream, once it is connected
  bool unlocked = false;  // protected by mutex; the streaming thread shall return
  std::condition_variable unlocked_changed;
  std::unique_ptr<HttpStream> stream;  // streaming thread, and when nothing streams
  bool drained = false;                // streaming thread; the last read took all that was there
  std::chrono::steady_clock::time_point connected;  // streaming thread
  // Streaming thread: what came since the last pause began.
  std::chrono::steady_clock::time_point last_pause;
  double came = 0;
};

}  // namespace

struct _IsrHttpSrc {
  GstPushSrc parent;
  HttpState* state;
};

G_DEFINE_FINAL_TYPE(IsrHttpSrc, isr_http_src, GST_TYPE_PUSH_SRC)

namespace {

GstStaticPadTemplate g_source_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

HttpState& StateOf(gpointer self) {
  return *ISR_HTTP_SRC(self)->state;
}

void TellHead(GstBaseSrc* source, const HttpStream::Head& head) {
  GstCaps* caps = nullptr;
  if (head.is_hls) {
    caps = gst_caps_new_empty_simple("application/x-hls");
  } else if (head.icy_interval > 0) {
    caps = gst_caps_new_simple("application/x-icy", "metadata-interval", G_TYPE_INT,
                               static_cast<int>(head.icy_interval), nullptr);
  }
  if (caps != nullptr) {
    gst_base_src_set_caps(source, caps);
    gst_caps_unref(caps);
  }
  GstStructure* const response = gst_structure_new(
      "response-headers", "Content-Type", G_TYPE_STRING, head.content_type.c_str(), nullptr);
  GstStructure* const all =
      gst_structure_new("http-headers", "uri", G_TYPE_STRING, head.url.c_str(), "response-headers",
                        GST_TYPE_STRUCTURE, response, nullptr);
  gst_structure_free(response);
  gst_pad_push_event(GST_BASE_SRC_PAD(source),
                     gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, all));
}

void Connect(GstBaseSrc* source, HttpState& state) {
  HttpStream::Options options;
  {
    const std::lock_guard lock(state.mutex);
    options = state.options;
  }
  state.stream = std::make_unique<HttpStream>(std::move(options));
  const HttpStream::Head head = state.stream->Open(state.cancellable.Get());
  state.connected = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(state.mutex);
    state.url = head.url;
  }
  TellHead(source, head);
}

void Pause(HttpState& state) {
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> elapsed = now - std::exchange(state.last_pause, now);
  const double came = std::max(std::exchange(state.came, 0), 1.0);
  const std::chrono::duration<double> until_much = elapsed * (kMostWaiting / came);
  const auto longest = now - state.connected < kAtFirst ? kLongestPauseAtFirst : kLongestPause;
  std::unique_lock lock(state.mutex);
  const auto pause =
      std::min<std::chrono::duration<double>>({longest, state.longest_pause, until_much});
  state.unlocked_changed.wait_for(lock, pause, [&state] { return state.unlocked; });
}

GstFlowReturn Fill(GstBaseSrc* source, GstBuffer* buffer) {
  HttpState& state = StateOf(source);
  if (state.stream == nullptr) Connect(source, state);
  if (state.drained) Pause(state);
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_WRITE)) return GST_FLOW_ERROR;
  std::size_t size = 0;
  try {
    size = state.stream->Read({map.data, map.size}, state.cancellable.Get());
  } catch (...) {
    gst_buffer_unmap(buffer, &map);
    throw;
  }
  gst_buffer_unmap(buffer, &map);
  state.drained = size < map.size;
  state.came += static_cast<double>(size);
  gst_buffer_set_size(buffer, static_cast<gssize>(size));
  return size > 0 ? GST_FLOW_OK : GST_FLOW_EOS;
}

GstFlowReturn OnFill(GstPushSrc* self, GstBuffer* buffer) {
  return Guarded("isrhttpsrc", GST_FLOW_ERROR, [&] {
    try {
      return Fill(GST_BASE_SRC(self), buffer);
    } catch (const isr::Error& error) {
      if (g_cancellable_is_cancelled(StateOf(self).cancellable.Get()) != FALSE) {
        return GST_FLOW_FLUSHING;
      }
      GST_ELEMENT_ERROR(self, RESOURCE, READ, ("%s", isr::Describe(error).c_str()), (nullptr));
      return GST_FLOW_ERROR;
    }
  });
}

void SetUnlocked(HttpState& state, bool unlocked) {
  {
    const std::lock_guard lock(state.mutex);
    state.unlocked = unlocked;
  }
  state.unlocked_changed.notify_all();
}

gboolean OnUnlock(GstBaseSrc* self) {
  SetUnlocked(StateOf(self), true);
  g_cancellable_cancel(StateOf(self).cancellable.Get());
  return TRUE;
}

gboolean OnUnlockStop(GstBaseSrc* self) {
  g_cancellable_reset(StateOf(self).cancellable.Get());
  SetUnlocked(StateOf(self), false);
  return TRUE;
}

gboolean OnStop(GstBaseSrc* self) {
  StateOf(self).stream.reset();
  StateOf(self).drained = false;
  return TRUE;
}

/// hlsdemux2 asks what its playlist's addresses are relative to.
gboolean OnQuery(GstBaseSrc* self, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_URI) {
    return GST_BASE_SRC_CLASS(isr_http_src_parent_class)->query(self, query);
  }
  HttpState& state = StateOf(self);
  const std::lock_guard lock(state.mutex);
  gst_query_set_uri(query, (state.url.empty() ? state.options.url : state.url).c_str());
  return TRUE;
}

void SetPropertyValue(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  HttpState& state = StateOf(object);
  const auto text = [value] {
    const char* const given = g_value_get_string(value);
    return std::string(given == nullptr ? "" : given);
  };
  const std::lock_guard lock(state.mutex);
  switch (id) {
    case kPropLocation:
      state.options.url = text();
      break;
    case kPropUserId:
      state.options.username = text();
      break;
    case kPropUserPassword:
      state.options.password = text();
      break;
    case kPropUserAgent:
      state.options.user_agent = text();
      break;
    case kPropTlsVerify:
      state.options.tls_verify = g_value_get_boolean(value) != FALSE;
      break;
    case kPropLongestPause:
      state.longest_pause = std::chrono::nanoseconds(g_value_get_uint64(value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void GetPropertyValue(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  HttpState& state = StateOf(object);
  const std::lock_guard lock(state.mutex);
  switch (id) {
    case kPropLocation:
      g_value_set_string(value, state.options.url.c_str());
      break;
    case kPropUserId:
      g_value_set_string(value, state.options.username.c_str());
      break;
    case kPropUserAgent:
      g_value_set_string(value, state.options.user_agent.c_str());
      break;
    case kPropTlsVerify:
      g_value_set_boolean(value, state.options.tls_verify ? TRUE : FALSE);
      break;
    case kPropLongestPause:
      g_value_set_uint64(value, static_cast<guint64>(state.longest_pause.count()));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void Finalize(GObject* object) {
  delete ISR_HTTP_SRC(object)->state;
  G_OBJECT_CLASS(isr_http_src_parent_class)->finalize(object);
}

void InstallProperties(GObjectClass* klass) {
  const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                              GST_PARAM_MUTABLE_READY);
  const auto secret =
      static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const auto install = [klass](Property id, GParamSpec* spec) {
    g_object_class_install_property(klass, id, spec);
  };
  install(kPropLocation,
          g_param_spec_string("location", "Location",
                              "Address, http or https, of the stream or playlist", "", flags));
  install(kPropUserId, g_param_spec_string("user-id", "User name",
                                           "For Basic or Digest login; empty: none", "", flags));
  install(kPropUserPassword,
          g_param_spec_string("user-pw", "Password", "For Basic or Digest login", "", secret));
  install(kPropUserAgent, g_param_spec_string("user-agent", "User agent", "What we say we are",
                                              "isr/" ISR_VERSION, flags));
  install(kPropTlsVerify,
          g_param_spec_boolean("tls-verify", "Verify TLS",
                               "Whether the server's certificate must be valid", TRUE, flags));
  install(kPropLongestPause,
          g_param_spec_uint64("longest-pause", "Longest pause",
                              "Between two reads (ns): less is smoother, more costs less CPU", 0,
                              GST_SECOND, GST_SECOND,
                              static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                       GST_PARAM_MUTABLE_PLAYING)));
}

}  // namespace

static void isr_http_src_class_init(IsrHttpSrcClass* klass) {
  auto* const object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = SetPropertyValue;
  object_class->get_property = GetPropertyValue;
  object_class->finalize = Finalize;
  InstallProperties(object_class);

  auto* const source_class = GST_BASE_SRC_CLASS(klass);
  source_class->unlock = OnUnlock;
  source_class->unlock_stop = OnUnlockStop;
  source_class->stop = OnStop;
  source_class->query = OnQuery;
  GST_PUSH_SRC_CLASS(klass)->fill = OnFill;

  auto* const element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element_class, &g_source_template);
  gst_element_class_set_static_metadata(element_class, "Live HTTP source", "Source/Network",
                                        "Reads a live stream over HTTP or HTTPS, once",
                                        "The isr developers");
}

static void isr_http_src_init(IsrHttpSrc* self) {
  self->state = new HttpState;
  self->state->options.user_agent = "isr/" ISR_VERSION;
  auto* const source = GST_BASE_SRC(self);
  gst_base_src_set_live(source, TRUE);
  gst_base_src_set_format(source, GST_FORMAT_BYTES);
  gst_base_src_set_blocksize(source, kBlockSize);
}
