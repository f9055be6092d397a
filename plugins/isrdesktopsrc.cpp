/**
 * SECTION:element-isrdesktopsrc
 * @title: isrdesktopsrc
 *
 * Records what a sound server plays or hears: the default output, the default input, any source by
 * its name, or one application, whose streams are mixed. What is recorded goes on as it did: an
 * application is still heard where it was.
 *
 * |[
 * gst-launch-1.0 -e isrdesktopsrc target=app:firefox ! isrmux ! isrfilesink location=firefox.wav
 * ]|
 *
 * It waits for what is not there, the server or the application, as long as that takes. Then, and
 * whenever that changes, it posts an element message `isr-waiting`:
 *
 * * #gchararray `for`: what is missing ("firefox", "PulseAudio"); empty: audio comes.
 *
 * Which server it asks stands in an element message `isr-backend`, #gchararray `server`: "pipewire"
 * or "pulse".
 *
 * When what it recorded goes away, the same message precedes the end of the stream.
 *
 * Buffers are numbered by frames (%GST_BUFFER_OFFSET); where they were not taken for ten seconds,
 * the numbers leave out what was lost.
 */
#include "plugins/isrdesktopsrc.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <gst/audio/audio.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "desktop/capture.hpp"
#include "plugins/capture_queue.hpp"

namespace {

using isr::CaptureQueue;
using isr::Guarded;

enum Property { kPropTarget = 1, kPropServer };

enum Server { kServerAuto, kServerPipewire, kServerPulse };

constexpr const char* kDefaultTarget = "system";

/// The element's C++ half: in a GObject's own memory no constructor runs.
struct DesktopState {
  std::mutex mutex;                       // nothing is called under it
  std::string target = kDefaultTarget;    // protected by mutex
  int server = kServerAuto;               // protected by mutex
  bool unlocked = false;                  // protected by mutex
  std::shared_ptr<CaptureQueue> queue;    // protected by mutex; shared with the one who unlocks
  std::unique_ptr<isr::Capture> capture;  // streaming thread, and when nothing streams
  isr::CaptureFormat format;              // streaming thread
  bool is_provisional = false;            // streaming thread; another server may come
  bool is_waiting = false;                // streaming thread; said so
};

}  // namespace

struct _IsrDesktopSrc {
  GstPushSrc parent;
  DesktopState* state;
};

G_DEFINE_FINAL_TYPE(IsrDesktopSrc, isr_desktop_src, GST_TYPE_PUSH_SRC)

namespace {

GstStaticPadTemplate g_source_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("audio/x-raw, format=(string){ S16LE, S24LE, S32LE }, layout=interleaved, "
                    "rate=[ 4000, 384000 ], channels=[ 1, 32 ]"));

GType ServerType() {
  static const GEnumValue values[] = {
      {kServerAuto, "PulseAudio where it runs, else PipeWire", "auto"},
      {kServerPipewire, "PipeWire", "pipewire"},
      {kServerPulse, "PulseAudio, or what speaks its language", "pulse"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("IsrSoundServer", values);
  return type;
}

DesktopState& StateOf(gpointer self) {
  return *ISR_DESKTOP_SRC(self)->state;
}

void Post(gpointer self, const char* name, const char* field, const std::string& text) {
  gst_element_post_message(
      GST_ELEMENT(self),
      gst_message_new_element(
          GST_OBJECT(self), gst_structure_new(name, field, G_TYPE_STRING, text.c_str(), nullptr)));
}

void PostWaiting(gpointer self, const std::string& what) {
  StateOf(self).is_waiting = !what.empty();
  Post(self, "isr-waiting", "for", what);
}

void StartCapture(gpointer self) {
  DesktopState& state = StateOf(self);
  state.capture.reset();  // before its queue
  const auto queue = std::make_shared<CaptureQueue>(state.format);
  isr::DesktopTarget target;
  int server = kServerAuto;
  {
    const std::lock_guard lock(state.mutex);
    state.queue = queue;
    queue->SetUnlocked(state.unlocked);
    target = isr::DesktopTargetFrom(state.target);
    server = state.server;
  }
  // Beside PulseAudio, PipeWire may run as well, for pictures alone.
  const bool is_pulse = server == kServerPulse || (server == kServerAuto && isr::PulseRuns());
  state.is_provisional = server == kServerAuto && !is_pulse;
  Post(self, "isr-backend", "server", is_pulse ? "pulse" : "pipewire");
  state.capture = is_pulse ? isr::StartPulseCapture(target, state.format, *queue)
                           : isr::StartPipewireCapture(target, state.format, *queue);
}

GstBuffer* MakeBuffer(const CaptureQueue::Audio& audio, std::size_t frame_size) {
  GstBuffer* const buffer = gst_buffer_new_memdup(audio.frames.data(), audio.frames.size());
  GST_BUFFER_OFFSET(buffer) = audio.offset;
  GST_BUFFER_OFFSET_END(buffer) = audio.offset + audio.frames.size() / frame_size;
  return buffer;
}

GstFlowReturn Create(GstPushSrc* self, GstBuffer** buffer) {
  DesktopState& state = StateOf(self);
  if (state.capture == nullptr) StartCapture(self);
  while (true) {
    const CaptureQueue::Item item = state.queue->Take();
    if (const auto* const audio = std::get_if<CaptureQueue::Audio>(&item)) {
      if (state.is_waiting) PostWaiting(self, "");
      *buffer = MakeBuffer(*audio, state.format.FrameSize());
      return GST_FLOW_OK;
    }
    if (const auto* const waiting = std::get_if<CaptureQueue::Waiting>(&item)) {
      PostWaiting(self, waiting->what);
      if (state.is_provisional && isr::PulseRuns()) StartCapture(self);
    } else if (const auto* const gone = std::get_if<CaptureQueue::Gone>(&item)) {
      PostWaiting(self, gone->what);
      return GST_FLOW_EOS;
    } else {
      return GST_FLOW_FLUSHING;
    }
  }
}

GstFlowReturn OnCreate(GstPushSrc* self, GstBuffer** buffer) {
  return Guarded("isrdesktopsrc", GST_FLOW_ERROR, [&] {
    try {
      return Create(self, buffer);
    } catch (const isr::Error& error) {
      GST_ELEMENT_ERROR(self, RESOURCE, OPEN_READ, ("%s", isr::Describe(error).c_str()), (nullptr));
      return GST_FLOW_ERROR;
    }
  });
}

void SetUnlocked(DesktopState& state, bool unlocked) {
  const std::lock_guard lock(state.mutex);
  state.unlocked = unlocked;
  if (state.queue != nullptr) state.queue->SetUnlocked(unlocked);
}

gboolean OnUnlock(GstBaseSrc* self) {
  SetUnlocked(StateOf(self), true);
  return TRUE;
}

gboolean OnUnlockStop(GstBaseSrc* self) {
  SetUnlocked(StateOf(self), false);
  return TRUE;
}

gboolean OnStop(GstBaseSrc* self) {
  DesktopState& state = StateOf(self);
  state.capture.reset();
  state.is_waiting = false;
  const std::lock_guard lock(state.mutex);
  state.queue.reset();
  return TRUE;
}

gboolean OnSetCaps(GstBaseSrc* self, GstCaps* caps) {
  GstAudioInfo info;
  if (!gst_audio_info_from_caps(&info, caps)) return FALSE;
  StateOf(self).format = {.rate = GST_AUDIO_INFO_RATE(&info),
                          .channels = GST_AUDIO_INFO_CHANNELS(&info),
                          .bits = GST_AUDIO_INFO_WIDTH(&info)};
  return TRUE;
}

GstCaps* OnFixate(GstBaseSrc* self, GstCaps* caps) {
  const isr::CaptureFormat preferred;
  caps = gst_caps_make_writable(gst_caps_truncate(caps));
  GstStructure* const structure = gst_caps_get_structure(caps, 0);
  gst_structure_fixate_field_nearest_int(structure, "rate", preferred.rate);
  gst_structure_fixate_field_nearest_int(structure, "channels", preferred.channels);
  return GST_BASE_SRC_CLASS(isr_desktop_src_parent_class)->fixate(self, caps);
}

void SetPropertyValue(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  DesktopState& state = StateOf(object);
  const std::lock_guard lock(state.mutex);
  if (id == kPropTarget) {
    const char* const given = g_value_get_string(value);
    state.target = given == nullptr ? kDefaultTarget : given;
  } else if (id == kPropServer) {
    state.server = g_value_get_enum(value);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void GetPropertyValue(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  DesktopState& state = StateOf(object);
  const std::lock_guard lock(state.mutex);
  if (id == kPropTarget) {
    g_value_set_string(value, state.target.c_str());
  } else if (id == kPropServer) {
    g_value_set_enum(value, state.server);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void Finalize(GObject* object) {
  delete ISR_DESKTOP_SRC(object)->state;
  G_OBJECT_CLASS(isr_desktop_src_parent_class)->finalize(object);
}

}  // namespace

static void isr_desktop_src_class_init(IsrDesktopSrcClass* klass) {
  auto* const object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = SetPropertyValue;
  object_class->get_property = GetPropertyValue;
  object_class->finalize = Finalize;
  const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                              GST_PARAM_MUTABLE_READY);
  g_object_class_install_property(
      object_class, kPropTarget,
      g_param_spec_string("target", "Target",
                          "system (the default output), input (the default one), app:NAME, or the "
                          "name of a source of the sound server",
                          kDefaultTarget, flags));
  g_object_class_install_property(
      object_class, kPropServer,
      g_param_spec_enum("server", "Server", "The sound server", ServerType(), kServerAuto, flags));

  auto* const source_class = GST_BASE_SRC_CLASS(klass);
  source_class->unlock = OnUnlock;
  source_class->unlock_stop = OnUnlockStop;
  source_class->stop = OnStop;
  source_class->set_caps = OnSetCaps;
  source_class->fixate = OnFixate;
  GST_PUSH_SRC_CLASS(klass)->create = OnCreate;

  auto* const element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element_class, &g_source_template);
  gst_element_class_set_static_metadata(element_class, "Desktop sound source", "Source/Audio",
                                        "Records what a sound server or one application plays",
                                        "The isr developers");
}

static void isr_desktop_src_init(IsrDesktopSrc* self) {
  self->state = new DesktopState;
  auto* const source = GST_BASE_SRC(self);
  gst_base_src_set_live(source, TRUE);
  gst_base_src_set_format(source, GST_FORMAT_TIME);
  gst_base_src_set_do_timestamp(source, TRUE);
}
