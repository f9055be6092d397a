/**
 * SECTION:element-isrlevel
 * @title: isrlevel
 *
 * Hears what passes through, and leaves every bit of it as it is. It measures windows of 100 ms,
 * exact to the frame however long it goes on, and finds events: what rises over the noise floor.
 *
 * |[
 * gst-launch-1.0 -m pulsesrc ! audioconvert ! isrlevel margin=12 ! fakesink
 * ]|
 *
 * Levels are in dB, full scale is 0. A window that is missing, because time stamps jump over it,
 * and a noise floor that is not known yet are NaN. Windows begin anew with each file that #isrsplit
 * begins, at a change of caps, and where time jumps back; the short last one counts by its length.
 *
 * Element messages:
 *
 * `isr-level`: the levels of some windows, `post-interval` long; never of two files. `running-time`
 * and `stream-time` (guint64, ns, of the first window's first frame), `interval` (guint64, ns, from
 * one window to the next), `file` (guint, how often windows had begun anew), `window` (guint64,
 * number of the first window in its file), `rate` (gint, frames per second), `channels` (gint), and
 * with a number for each window, the first to the last: `rms` (array of gdouble, over all
 * channels), `peak` (of the loudest channel), `detection` (RMS above 50 Hz, not below -90: what
 * events are found in), `floor` (the noise floor that the window was held against); and with an
 * array for each window, in it a number for each channel: `channel-rms` and `channel-peak`.
 *
 * `isr-event-begin`: an event has begun. `running-time` and `stream-time` (guint64, ns, where it
 * began: up to a second before the window that told, in the first ten seconds up to ten), `file`
 * and `window` as above, `score` (gdouble, dB over the noise floor) and `prominence` (gdouble, dB
 * over what the quietest fifth of the background has), both of the loudest window so far.
 *
 * `isr-event-end`: it has ended, `min-gap` ago. The fields of its begin, where `score` and
 * `prominence` are those of the whole event, and `duration` (guint64, ns), `end-file` (guint) and
 * `end-window` (guint64), the first window behind it.
 */
#include "plugins/isrlevel.hpp"

#include <memory>
#include <mutex>

#include <gst/audio/audio.h>

#include "base/guarded.hpp"
#include "plugins/level_stage.hpp"

GST_DEBUG_CATEGORY_STATIC(isr_level_debug);
#define GST_CAT_DEFAULT isr_level_debug

namespace {

using isr::DetectorOptions;
using isr::Guarded;
using isr::LevelStage;

enum Property {
  kPropInterval = 1,
  kPropPostMessages,
  kPropPostInterval,
  kPropDetector,
  kPropMargin,
  kPropMinGap,
  kPropFloorPercentile,
  kPropFloorSpan,
  kPropFloorSwing,
  kPropFloorBlock,
  kPropHold,
};

enum DetectorChoice { kDetectorNone, kDetectorAdaptive, kDetectorPercentile };

struct Settings {
  GstClockTime interval = 100 * GST_MSECOND;
  bool post_messages = true;
  GstClockTime post_interval = GST_SECOND;
  int detector = kDetectorAdaptive;
  DetectorOptions options;
};

/// The element's C++ half: in a GObject's own memory no constructor runs.
struct LevelState final : LevelStage::Output {
  explicit LevelState(IsrLevel* element) : self(element) {}

  void Post(GstStructure* facts) override {
    gst_element_post_message(GST_ELEMENT(self), gst_message_new_element(GST_OBJECT(self), facts));
  }

  IsrLevel* const self;  // owns us

  std::mutex mutex;   // for properties; nothing is called under it
  Settings settings;  // protected by mutex
  std::shared_ptr<LevelStage>
      stage;  // protected by mutex; shared: a property that is set may outlast a run
};

}  // namespace

struct _IsrLevel {
  GstBaseTransform parent;
  LevelState* state;
};

G_DEFINE_FINAL_TYPE_WITH_CODE(IsrLevel, isr_level, GST_TYPE_BASE_TRANSFORM,
                              GST_DEBUG_CATEGORY_INIT(isr_level_debug, "isrlevel", 0,
                                                      "levels and events"))

namespace {

#define ISR_LEVEL_CAPS \
  "audio/x-raw, format=(string){ " GST_AUDIO_NE(S16) ", " GST_AUDIO_NE(S24) ", " GST_AUDIO_NE( \
      S24_32) ", " GST_AUDIO_NE(S32) ", " GST_AUDIO_NE(F32) ", " GST_AUDIO_NE(F64) " }, "        \
  "layout=(string){ interleaved, non-interleaved }, rate=(int)[ 1, max ], channels=(int)[ 1, 32 ]"

GstStaticPadTemplate g_sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(ISR_LEVEL_CAPS));
GstStaticPadTemplate g_source_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(ISR_LEVEL_CAPS));

GType DetectorType() {
  static const GEnumValue values[] = {
      {kDetectorNone, "No events, no noise floor", "none"},
      {kDetectorAdaptive, "The floor follows the last minute of background", "adaptive"},
      {kDetectorPercentile, "The floor is a percentile of each half minute", "percentile"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("IsrLevelDetector", values);
  return type;
}

std::chrono::milliseconds Milliseconds(GstClockTime time) {
  return std::chrono::milliseconds(time / GST_MSECOND);
}

GstClockTime ClockTime(std::chrono::milliseconds time) {
  return static_cast<GstClockTime>(time.count()) * GST_MSECOND;
}

std::shared_ptr<LevelStage> StageOf(GstBaseTransform* transform) {
  LevelState& state = *ISR_LEVEL(transform)->state;
  const std::lock_guard lock(state.mutex);
  return state.stage;
}

gboolean Start(GstBaseTransform* transform) {
  return Guarded("isrlevel start", FALSE, [transform]() -> gboolean {
    LevelState& state = *ISR_LEVEL(transform)->state;
    const std::lock_guard lock(state.mutex);
    const Settings& settings = state.settings;
    LevelStage::Options options{.interval = settings.interval,
                                .detects = settings.detector != kDetectorNone,
                                .detector = settings.options};
    options.detector.window = Milliseconds(settings.interval);
    options.detector.rule = settings.detector == kDetectorPercentile
                                ? DetectorOptions::Rule::kPercentile
                                : DetectorOptions::Rule::kAdaptive;
    state.stage = std::make_shared<LevelStage>(options, state);
    state.stage->SetPosting(settings.post_messages, settings.post_interval);
    return TRUE;
  });
}

gboolean SetCaps(GstBaseTransform* transform, GstCaps* caps, GstCaps* /*out*/) {
  return Guarded("isrlevel caps", FALSE, [&]() -> gboolean {
    GstAudioInfo info;
    return gst_audio_info_from_caps(&info, caps) && StageOf(transform)->SetCaps(info);
  });
}

gboolean HandleEvent(GstBaseTransform* transform, GstEvent* event) {
  Guarded("isrlevel event", [&] {
    LevelStage& stage = *StageOf(transform);
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
      const GstSegment* segment = nullptr;
      gst_event_parse_segment(event, &segment);
      stage.SetSegment(*segment);
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
      stage.BeginAnew();
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
      stage.Finish();
    }
  });
  return GST_BASE_TRANSFORM_CLASS(isr_level_parent_class)->sink_event(transform, event);
}

GstFlowReturn Pass(GstBaseTransform* transform, GstBuffer* buffer) {
  return Guarded("isrlevel buffer", GST_FLOW_ERROR,
                 [&] { return StageOf(transform)->Take(buffer); });
}

void SetPropertyValue(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  LevelState& state = *ISR_LEVEL(object)->state;
  const std::lock_guard lock(state.mutex);
  Settings& settings = state.settings;
  switch (id) {
    case kPropInterval:
      settings.interval = g_value_get_uint64(value) / GST_MSECOND * GST_MSECOND;
      break;
    case kPropPostMessages:
      settings.post_messages = g_value_get_boolean(value) != FALSE;
      break;
    case kPropPostInterval:
      settings.post_interval = g_value_get_uint64(value);
      break;
    case kPropDetector:
      settings.detector = g_value_get_enum(value);
      break;
    case kPropMargin:
      settings.options.margin = g_value_get_double(value);
      break;
    case kPropMinGap:
      settings.options.min_gap = Milliseconds(g_value_get_uint64(value));
      break;
    case kPropFloorPercentile:
      settings.options.percentile = g_value_get_double(value);
      break;
    case kPropFloorSpan:
      settings.options.adaptive_span = Milliseconds(g_value_get_uint64(value));
      break;
    case kPropFloorSwing:
      settings.options.swing = g_value_get_double(value);
      break;
    case kPropFloorBlock:
      settings.options.block = Milliseconds(g_value_get_uint64(value));
      break;
    case kPropHold:
      settings.options.hold = Milliseconds(g_value_get_uint64(value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  if (state.stage != nullptr) {
    state.stage->SetPosting(settings.post_messages, settings.post_interval);
  }
}

void GetPropertyValue(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  LevelState& state = *ISR_LEVEL(object)->state;
  const std::lock_guard lock(state.mutex);
  const Settings& settings = state.settings;
  switch (id) {
    case kPropInterval:
      return g_value_set_uint64(value, settings.interval);
    case kPropPostMessages:
      return g_value_set_boolean(value, settings.post_messages);
    case kPropPostInterval:
      return g_value_set_uint64(value, settings.post_interval);
    case kPropDetector:
      return g_value_set_enum(value, settings.detector);
    case kPropMargin:
      return g_value_set_double(value, settings.options.margin);
    case kPropMinGap:
      return g_value_set_uint64(value, ClockTime(settings.options.min_gap));
    case kPropFloorPercentile:
      return g_value_set_double(value, settings.options.percentile);
    case kPropFloorSpan:
      return g_value_set_uint64(value, ClockTime(settings.options.adaptive_span));
    case kPropFloorSwing:
      return g_value_set_double(value, settings.options.swing);
    case kPropFloorBlock:
      return g_value_set_uint64(value, ClockTime(settings.options.block));
    case kPropHold:
      return g_value_set_uint64(value, ClockTime(settings.options.hold));
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void Finalize(GObject* object) {
  delete ISR_LEVEL(object)->state;
  G_OBJECT_CLASS(isr_level_parent_class)->finalize(object);
}

constexpr auto kSetBeforeRun =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
constexpr auto kSetAnyTime = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                      GST_PARAM_MUTABLE_PLAYING);

void InstallMessageProperties(GObjectClass* object_class) {
  const auto install = [object_class](Property id, GParamSpec* spec) {
    g_object_class_install_property(object_class, id, spec);
  };
  install(kPropInterval,
          g_param_spec_uint64("interval", "Interval", "Length of a window (ns, whole ms)",
                              10 * GST_MSECOND, GST_SECOND, 100 * GST_MSECOND, kSetBeforeRun));
  install(kPropPostMessages,
          g_param_spec_boolean("post-messages", "Post messages",
                               "Post isr-level messages: running-time, stream-time, interval, "
                               "file, window, rate, channels; for each window rms, peak, "
                               "detection, floor, channel-rms, channel-peak (dB). Events are "
                               "posted in any case",
                               TRUE, kSetAnyTime));
  install(kPropPostInterval,
          g_param_spec_uint64("post-interval", "Post interval",
                              "One isr-level message for so much audio (ns)", 10 * GST_MSECOND,
                              60 * GST_SECOND, GST_SECOND, kSetAnyTime));
}

void InstallDetectorProperties(GObjectClass* object_class) {
  const auto install = [object_class](Property id, GParamSpec* spec) {
    g_object_class_install_property(object_class, id, spec);
  };
  install(kPropDetector,
          g_param_spec_enum("detector", "Detector",
                            "How the noise floor is found that events rise over. Each gives a "
                            "message isr-event-begin and isr-event-end: running-time, "
                            "stream-time, file, window, score, prominence; duration, end-file, "
                            "end-window",
                            DetectorType(), kDetectorAdaptive, kSetBeforeRun));
  install(kPropMargin, g_param_spec_double("margin", "Margin",
                                           "How far an event rises over the noise floor (dB)", 0.1,
                                           90, 12, kSetBeforeRun));
  install(kPropMinGap,
          g_param_spec_uint64("min-gap", "Minimal gap", "Events closer than this are one (ns)", 0,
                              3600 * GST_SECOND, 2 * GST_SECOND, kSetBeforeRun));
  install(kPropFloorPercentile,
          g_param_spec_double("floor-percentile", "Floor percentile",
                              "The noise floor is this percentile of the background's levels", 0,
                              100, 20, kSetBeforeRun));
  install(kPropFloorSpan,
          g_param_spec_uint64("floor-span", "Floor span", "Of so much background (adaptive, ns)",
                              GST_SECOND, 3600 * GST_SECOND, 60 * GST_SECOND, kSetBeforeRun));
  install(kPropFloorSwing,
          g_param_spec_double("floor-swing", "Floor swing",
                              "The floor is at most that far below the 90th percentile: so a "
                              "background that swings by itself is no event (adaptive, dB)",
                              0, 200, 3, kSetBeforeRun));
  install(kPropFloorBlock,
          g_param_spec_uint64("floor-block", "Floor block",
                              "Of so much audio by itself (percentile, ns)", GST_SECOND,
                              3600 * GST_SECOND, 30 * GST_SECOND, kSetBeforeRun));
  install(kPropHold, g_param_spec_uint64(
                         "hold", "Hold", "What lasts longer is the new background (adaptive, ns)",
                         GST_SECOND, 3600 * GST_SECOND, 60 * GST_SECOND, kSetBeforeRun));
}

}  // namespace

static void isr_level_class_init(IsrLevelClass* klass) {
  auto* const object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = SetPropertyValue;
  object_class->get_property = GetPropertyValue;
  object_class->finalize = Finalize;
  InstallMessageProperties(object_class);
  InstallDetectorProperties(object_class);

  auto* const transform_class = GST_BASE_TRANSFORM_CLASS(klass);
  transform_class->start = Start;
  transform_class->set_caps = SetCaps;
  transform_class->sink_event = HandleEvent;
  transform_class->transform_ip = Pass;

  auto* const element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element_class, &g_sink_template);
  gst_element_class_add_static_pad_template(element_class, &g_source_template);
  gst_element_class_set_static_metadata(
      element_class, "Levels and events", "Filter/Analyzer/Audio",
      "Measures RMS and peak of every 100 ms and finds what stands out; posts messages isr-level, "
      "isr-event-begin and isr-event-end. Changes nothing",
      "The isr developers");
  gst_type_mark_as_plugin_api(DetectorType(), static_cast<GstPluginAPIFlags>(0));
}

static void isr_level_init(IsrLevel* self) {
  self->state = new LevelState(self);
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
  gst_base_transform_set_gap_aware(GST_BASE_TRANSFORM(self), TRUE);
}
