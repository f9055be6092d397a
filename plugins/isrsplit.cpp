/**
 * SECTION:element-isrsplit
 * @title: isrsplit
 *
 * Splits a recording on the clock. Put it before the recording queue and name the #splitmuxsink
 * behind it: at each boundary it cuts a PCM buffer at the exact sample (a coded stream: at the
 * frame), restamps from the count of frames, and asks splitmuxsink for the next file there.
 *
 * |[
 * gst-launch-1.0 -m -e alsasrc provide-clock=false slave-method=none ! audioconvert \
 *   ! isrsplit sink=files split-interval=60000000000 \
 *   ! queue max-size-buffers=0 max-size-time=0 max-size-bytes=10000000 \
 *   ! splitmuxsink name=files muxer=wavenc location=part%03d.wav
 * ]|
 *
 * Element messages, each posted before the buffer that it is about is pushed:
 *
 * `isr-file`: a file begins. `number` (guint, from 0), `running-time` (guint64, ns, of its first
 * frame), `frame` (guint64, frames passed before it), `rate` (gint, frames per second), `start-utc`
 * (gint64, microseconds since 1970), `utc-offset` (gint, seconds, local time - UTC), `cause`
 * (string: the `begin-cause` property, "boundary", "format-change" or "disk-full"), `joined`
 * (gboolean: the first file of a run, and it follows on the last run's end without a gap),
 * `extension` (string, of a coded stream's file), `synced` (gboolean: somebody keeps the machine's
 * clock right), `ppm` (gdouble: how much faster than nominal the source runs, 0 while not known).
 *
 * `isr-end`: the stream ends, after at least one frame; a stream without any is an error. `frame`
 * (guint64, frames passed), `end-utc` (gint64, microseconds), `synced` and `ppm` as above.
 *
 * `isr-gap`: audio was lost; what a driver lost without a word is told up to 10 s later. `frame`
 * (guint64, frames passed before it), `missing`
 * (guint64, frames), `rate` (gint), `start-utc` (gint64, microseconds), `cause` (string: "xrun" or
 * "disk-full").
 *
 * `isr-title`: what plays from `running-time` (guint64, ns) on. `text` (string, UTF-8), `raw`
 * (GBytes, as it was sent): from an event of that name, which #isrparse sends.
 *
 * `isr-clock-step`: the wall clock was set. `microseconds` (gint64, signed).
 */
#include "plugins/isrsplit.hpp"

#include <memory>
#include <mutex>
#include <string>

#include "base/guarded.hpp"
#include "plugins/split_stage.hpp"

GST_DEBUG_CATEGORY_STATIC(isr_split_debug);
#define GST_CAT_DEFAULT isr_split_debug

namespace {

using isr::Guarded;
using isr::Ref;
using isr::SplitStage;

enum Property {
  kPropSink = 1,
  kPropSplitInterval,
  kPropSettleTime,
  kPropBeginCause,
  kPropFrames,
  kPropLastArrival,
  kPropOrigin,
  kPropDropping,
  kPropFrameHistory,
  kPropFrameTap,
};

/// The element's C++ half: in a GObject's own memory no constructor runs.
struct SplitState final : SplitStage::Output {
  explicit SplitState(IsrSplit* element) : self(element) {}

  GstFlowReturn Push(Ref<GstBuffer> buffer) override {
    return gst_pad_push(source_pad, buffer.Release());
  }
  void RequestSplit(GstClockTime running_time) override {
    if (splitmuxsink) {
      g_signal_emit_by_name(splitmuxsink.Get(), "split-at-running-time", running_time);
    }
  }
  void Post(GstStructure* facts) override {
    gst_element_post_message(GST_ELEMENT(self), gst_message_new_element(GST_OBJECT(self), facts));
  }

  IsrSplit* const self;          // owns us
  GstPad* sink_pad = nullptr;    // owned by the element
  GstPad* source_pad = nullptr;  // owned by the element
  const isr::Clock* clock = &isr::SystemClock();
  const isr::TimeZone* zone = &isr::LocalTimeZone();

  std::mutex mutex;                            // for properties; nothing is called under it
  std::string sink_name;                       // protected by mutex
  GstClockTime split_interval = 0;             // protected by mutex
  GstClockTime settle_time = 0;                // protected by mutex
  std::string begin_cause = "start";           // protected by mutex
  std::shared_ptr<isr::FrameHistory> history;  // protected by mutex; shared with later runs
  std::shared_ptr<isr::FrameTap> tap;          // protected by mutex; shared with who listens
  std::shared_ptr<SplitStage>
      stage;  // protected by mutex; shared: a property read may outlast a run

  Ref<GstElement> splitmuxsink;  // set in READY to PAUSED, before streaming starts
};

}  // namespace

struct _IsrSplit {
  GstElement parent;
  SplitState* state;
};

G_DEFINE_FINAL_TYPE_WITH_CODE(IsrSplit, isr_split, GST_TYPE_ELEMENT,
                              GST_DEBUG_CATEGORY_INIT(isr_split_debug, "isrsplit", 0,
                                                      "clock-aligned splits"))

namespace {

GstStaticPadTemplate g_sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
GstStaticPadTemplate g_source_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

std::shared_ptr<SplitStage> StageOf(SplitState& state) {
  const std::lock_guard lock(state.mutex);
  return state.stage;
}

/// The element called `name` in the outermost bin around `element`.
Ref<GstElement> FindInPipeline(GstElement* element, const std::string& name) {
  auto top = Ref<GstObject>::Share(GST_OBJECT(element));
  while (GstObject* const parent = gst_object_get_parent(top.Get())) {
    top = Ref<GstObject>::Adopt(parent);
  }
  if (!GST_IS_BIN(top.Get())) return {};
  return Ref<GstElement>::Adopt(gst_bin_get_by_name(GST_BIN(top.Get()), name.c_str()));
}

bool IsSplitmuxsink(GstElement* element) {
  return g_signal_lookup("split-at-running-time", G_OBJECT_TYPE(element)) != 0;
}

/// Makes the stage for a run. False, with an error posted, when `sink` names no splitmuxsink.
bool BeginRun(IsrSplit* self) {
  SplitState& state = *self->state;
  std::string name;
  {
    const std::lock_guard lock(state.mutex);
    name = state.sink_name;
    const SplitStage::Options options{
        .interval = std::chrono::microseconds(state.split_interval / GST_USECOND),
        .settle = std::chrono::nanoseconds(state.settle_time),
        .begin_cause = state.begin_cause,
        .history = state.history,
        .tap = state.tap};
    state.stage = std::make_shared<SplitStage>(options, *state.clock, *state.zone, state);
  }
  if (name.empty()) return true;
  state.splitmuxsink = FindInPipeline(GST_ELEMENT(self), name);
  if (state.splitmuxsink && IsSplitmuxsink(state.splitmuxsink.Get())) return true;
  GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS,
                    ("There is no splitmuxsink called '%s'.", name.c_str()), (nullptr));
  return false;
}

GstStateChangeReturn ChangeState(GstElement* element, GstStateChange transition) {
  auto* const self = ISR_SPLIT(element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED &&
      !Guarded("isrsplit start", false, [self] { return BeginRun(self); })) {
    return GST_STATE_CHANGE_FAILURE;
  }
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(isr_split_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) self->state->splitmuxsink = {};
  return result;
}

GstFlowReturn Chain(GstPad* /*pad*/, GstObject* parent, GstBuffer* buffer) {
  auto* const self = ISR_SPLIT(parent);
  return Guarded("isrsplit chain", GST_FLOW_ERROR, [self, buffer] {
    auto owned = Ref<GstBuffer>::Adopt(buffer);
    return StageOf(*self->state)->Take(std::move(owned));
  });
}

/// Our own segment: buffers are restamped from 0.
gboolean PushOwnSegment(SplitState& state) {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  return gst_pad_push_event(state.source_pad, gst_event_new_segment(&segment));
}

gboolean HandleCaps(SplitState& state, GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  if (StageOf(state)->SetCaps(caps)) return gst_pad_push_event(state.source_pad, event);
  GST_ELEMENT_ERROR(state.self, STREAM, FORMAT, ("The audio's format changed or is unusable."),
                    ("caps %" GST_PTR_FORMAT, static_cast<void*>(caps)));
  gst_event_unref(event);
  return FALSE;
}

/// Where it stands among the frames is what its time is made of.
gboolean HandleTitle(SplitState& state, GstEvent* event) {
  GstStructure* const title = gst_structure_copy(gst_event_get_structure(event));
  gst_event_unref(event);
  StageOf(state)->TakeTitle(Ref<GstStructure>::Adopt(title));
  return TRUE;
}

/// splitmuxsink opens a file even for a stream without a buffer, and cannot finish it.
gboolean HandleEos(SplitState& state, GstEvent* event) {
  if (StageOf(state)->Finish()) return gst_pad_push_event(state.source_pad, event);
  gst_event_unref(event);
  GST_ELEMENT_ERROR(state.self, STREAM, FAILED, ("The source ended without any audio."), (nullptr));
  return TRUE;
}

gboolean HandleEvent(GstPad* pad, GstObject* parent, GstEvent* event) {
  SplitState& state = *ISR_SPLIT(parent)->state;
  return Guarded("isrsplit event", FALSE, [&]() -> gboolean {
    switch (GST_EVENT_TYPE(event)) {
      case GST_EVENT_CAPS:
        return HandleCaps(state, event);
      case GST_EVENT_SEGMENT:
        gst_event_unref(event);
        return PushOwnSegment(state);
      case GST_EVENT_EOS:
        return HandleEos(state, event);
      case GST_EVENT_GAP:
        gst_event_unref(event);
        return TRUE;
      default:
        if (gst_event_has_name(event, "isr-title")) return HandleTitle(state, event);
        return gst_pad_event_default(pad, parent, event);
    }
  });
}

void SetPropertyValue(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  SplitState& state = *ISR_SPLIT(object)->state;
  const auto text = [value] {
    const char* const given = g_value_get_string(value);
    return std::string(given == nullptr ? "" : given);
  };
  const std::lock_guard lock(state.mutex);
  switch (id) {
    case kPropSink:
      state.sink_name = text();
      break;
    case kPropSplitInterval:
      state.split_interval = g_value_get_uint64(value);
      break;
    case kPropSettleTime:
      state.settle_time = g_value_get_uint64(value);
      break;
    case kPropBeginCause:
      state.begin_cause = text();
      break;
    case kPropFrameHistory: {
      const auto* const given =
          static_cast<std::shared_ptr<isr::FrameHistory>*>(g_value_get_pointer(value));
      state.history = given == nullptr ? nullptr : *given;
      break;
    }
    case kPropFrameTap: {
      const auto* const given =
          static_cast<std::shared_ptr<isr::FrameTap>*>(g_value_get_pointer(value));
      state.tap = given == nullptr ? nullptr : *given;
      break;
    }
    case kPropDropping:
      if (state.stage != nullptr) state.stage->SetDropping(g_value_get_boolean(value) != FALSE);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void GetPropertyValue(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  SplitState& state = *ISR_SPLIT(object)->state;
  const std::lock_guard lock(state.mutex);
  switch (id) {
    case kPropSink:
      g_value_set_string(value, state.sink_name.c_str());
      break;
    case kPropSplitInterval:
      g_value_set_uint64(value, state.split_interval);
      break;
    case kPropSettleTime:
      g_value_set_uint64(value, state.settle_time);
      break;
    case kPropBeginCause:
      g_value_set_string(value, state.begin_cause.c_str());
      break;
    case kPropFrames:
      g_value_set_uint64(value, state.stage == nullptr ? 0 : state.stage->Frames());
      break;
    case kPropLastArrival:
      g_value_set_int64(value, state.stage == nullptr ? 0 : state.stage->LastArrival());
      break;
    case kPropOrigin:
      g_value_set_int64(value, state.stage == nullptr ? 0 : state.stage->Origin());
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void Finalize(GObject* object) {
  delete ISR_SPLIT(object)->state;
  G_OBJECT_CLASS(isr_split_parent_class)->finalize(object);
}

void InstallSettings(GObjectClass* klass) {
  const auto writable = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                 GST_PARAM_MUTABLE_READY);
  const auto install = [klass](Property id, GParamSpec* spec) {
    g_object_class_install_property(klass, id, spec);
  };
  install(kPropSink, g_param_spec_string("sink", "Sink",
                                         "Name of the splitmuxsink, in the same pipeline, to ask "
                                         "for the next file; empty: ask nobody",
                                         "", writable));
  install(kPropSplitInterval,
          g_param_spec_uint64("split-interval", "Split interval",
                              "Between boundaries, counted from local midnight (ns, 0 = no splits)",
                              0, 24 * 3600 * GST_SECOND, 0, writable));
  install(kPropSettleTime,
          g_param_spec_uint64("settle-time", "Settle time",
                              "Hold the first buffers this long, so that a server's burst of past "
                              "audio is known as such before the first file gets its time (ns)",
                              0, 60 * GST_SECOND, 0, writable));
  install(kPropBeginCause,
          g_param_spec_string("begin-cause", "Begin cause",
                              "Why the first file begins, for its message", "start", writable));
  install(kPropFrameHistory,
          g_param_spec_pointer("frame-history", "Frame history",
                               "For programs: a std::shared_ptr<isr::FrameHistory> (copied) that "
                               "outlives this run; what a server sends again after a reconnect is "
                               "dropped",
                               static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS |
                                                        GST_PARAM_MUTABLE_READY)));
  install(kPropFrameTap,
          g_param_spec_pointer("frame-tap", "Frame tap",
                               "For programs: a std::shared_ptr<isr::FrameTap> (copied), told of "
                               "each coded frame that is passed on",
                               static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS |
                                                        GST_PARAM_MUTABLE_READY)));
  install(kPropDropping,
          g_param_spec_boolean("dropping", "Dropping",
                               "Let audio go, into a gap, because the disk does not take it; a new "
                               "file begins after it",
                               FALSE,
                               static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS |
                                                        GST_PARAM_MUTABLE_PLAYING)));
}

void InstallReadings(GObjectClass* klass) {
  const auto readable = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  const auto install = [klass](Property id, GParamSpec* spec) {
    g_object_class_install_property(klass, id, spec);
  };
  install(kPropFrames, g_param_spec_uint64("frames", "Frames", "Audio frames passed in this run", 0,
                                           G_MAXUINT64, 0, readable));
  install(kPropLastArrival,
          g_param_spec_int64("last-arrival", "Last arrival",
                             "When audio last came in (ns of CLOCK_MONOTONIC, 0 = not yet)", 0,
                             G_MAXINT64, 0, readable));
  install(kPropOrigin,
          g_param_spec_int64("origin-utc", "Origin",
                             "Wall time of the last frame that passed, less that of all frames "
                             "(microseconds of UTC, 0 = none passed yet)",
                             0, G_MAXINT64, 0, readable));
}

}  // namespace

static void isr_split_class_init(IsrSplitClass* klass) {
  auto* const object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = SetPropertyValue;
  object_class->get_property = GetPropertyValue;
  object_class->finalize = Finalize;
  InstallSettings(object_class);
  InstallReadings(object_class);

  auto* const element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = ChangeState;
  gst_element_class_add_static_pad_template(element_class, &g_sink_template);
  gst_element_class_add_static_pad_template(element_class, &g_source_template);
  gst_element_class_set_static_metadata(
      element_class, "Clock-aligned splitter", "Filter/Audio",
      "Cuts audio on the clock, to the sample or frame, and asks splitmuxsink for the next file",
      "The isr developers");
}

static void isr_split_init(IsrSplit* self) {
  self->state = new SplitState(self);
  SplitState& state = *self->state;
  state.sink_pad = gst_pad_new_from_static_template(&g_sink_template, "sink");
  gst_pad_set_chain_function(state.sink_pad, Chain);
  gst_pad_set_event_function(state.sink_pad, HandleEvent);
  GST_PAD_SET_PROXY_CAPS(state.sink_pad);
  GST_PAD_SET_PROXY_ALLOCATION(state.sink_pad);
  gst_element_add_pad(GST_ELEMENT(self), state.sink_pad);
  state.source_pad = gst_pad_new_from_static_template(&g_source_template, "src");
  GST_PAD_SET_PROXY_CAPS(state.source_pad);
  gst_element_add_pad(GST_ELEMENT(self), state.source_pad);
}

namespace isr {

void SetSplitTime(GstElement* isrsplit, const Clock& clock, const TimeZone& zone) {
  SplitState& state = *ISR_SPLIT(isrsplit)->state;
  state.clock = &clock;
  state.zone = &zone;
}

}  // namespace isr
