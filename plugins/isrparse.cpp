/**
 * SECTION:element-isrparse
 * @title: isrparse
 *
 * Cuts a stream of bytes into coded frames, as they came. It finds out by itself what comes: MPEG
 * audio (MP3), ADTS AAC, FLAC, or Ogg with Vorbis, Opus or FLAC, chained streams included. Tags,
 * garbage and the info frames of encoders are dropped. Frames travel many to a buffer, with a table
 * of them (a GstMeta that #isrsplit and #isrmux read).
 *
 * |[
 * gst-launch-1.0 -m -e isrhttpsrc location=http://host:8000/live ! isrparse \
 *   ! isrmux ! isrfilesink location=live.mp3
 * ]|
 *
 * Element messages:
 *
 * `isr-garbage`: `bytes` (guint64) were in no frame.
 *
 * Events, serialized with the frames:
 *
 * `isr-title`: what plays from here on. `text` (string, UTF-8), `raw` (GBytes, as it was sent).
 */
#include "plugins/isrparse.hpp"

#include <memory>
#include <string>
#include <utility>

#include "base/guarded.hpp"
#include "media/coded_caps.hpp"
#include "plugins/parse_stage.hpp"

namespace {

using isr::Guarded;
using isr::ParseStage;
using isr::Ref;

/// The element's C++ half: in a GObject's own memory no constructor runs. Streaming thread, but for
/// `Reset`, which runs when nothing streams.
class ParseState final : public ParseStage::Output {
 public:
  ParseState(GstElement* element, GstPad* source) : element_(element), source_(source) {}

  void Reset() {
    stage_ = std::make_unique<ParseStage>(*this);
    if (format_ == "flac") stage_->SetHint(isr::Codec::kFlac);
    begun_ = false;
  }

  ParseStage& Stage() { return *stage_; }

  void SetFormat(const char* format) { format_ = format == nullptr ? "auto" : format; }
  const std::string& Format() const { return format_; }

  void SetCaps(GstCaps* caps) override {
    gst_pad_push_event(source_, gst_event_new_caps(caps));
    if (std::exchange(begun_, true)) return;
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(source_, gst_event_new_segment(&segment));
  }
  GstFlowReturn Push(Ref<GstBuffer> frames) override {
    return gst_pad_push(source_, frames.Release());
  }
  void SendTitle(GstStructure* title) override {
    gst_pad_push_event(source_, gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, title));
  }
  void Post(GstStructure* facts) override {
    gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), facts));
  }
  void Fail(const std::string& sentence) override {
    GST_ELEMENT_ERROR(element_, STREAM, WRONG_TYPE, ("%s", sentence.c_str()), (nullptr));
  }

 private:
  GstElement* const element_;    // owns us
  GstPad* const source_;         // owned by the element
  std::string format_ = "auto";  // set before streaming
  std::unique_ptr<ParseStage> stage_;
  bool begun_ = false;
};

}  // namespace

struct _IsrParse {
  GstElement parent;
  ParseState* state;
};

G_DEFINE_FINAL_TYPE(IsrParse, isr_parse, GST_TYPE_ELEMENT)

namespace {

GstStaticPadTemplate g_sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
GstStaticPadTemplate g_source_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(ISR_CODED_CAPS));

GstFlowReturn Chain(GstPad* /*pad*/, GstObject* parent, GstBuffer* buffer) {
  return Guarded("isrparse chain", GST_FLOW_ERROR, [&] {
    const auto owned = Ref<GstBuffer>::Adopt(buffer);
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return GST_FLOW_ERROR;
    const GstFlowReturn flow = ISR_PARSE(parent)->state->Stage().Take({map.data, map.size});
    gst_buffer_unmap(buffer, &map);
    return flow;
  });
}

/// isrhttpsrc, and souphttpsrc, say what the server answered.
void TakeHttpHeaders(ParseStage& stage, GstEvent* event) {
  const GstStructure* const all = gst_event_get_structure(event);
  const GValue* const response = gst_structure_get_value(all, "response-headers");
  if (response == nullptr || !GST_VALUE_HOLDS_STRUCTURE(response)) return;
  const char* const type =
      gst_structure_get_string(gst_value_get_structure(response), "Content-Type");
  if (type != nullptr && g_str_has_suffix(type, "flac")) stage.SetHint(isr::Codec::kFlac);
}

/// With ICY metadata in between, the caps say how often.
void TakeCaps(ParseStage& stage, GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const GstStructure* const fields = gst_caps_get_structure(caps, 0);
  int interval = 0;
  if (gst_structure_has_name(fields, "application/x-icy") &&
      gst_structure_get_int(fields, "metadata-interval", &interval) && interval > 0) {
    stage.SetIcyInterval(static_cast<std::uint32_t>(interval));
  }
}

gboolean HandleEvent(GstPad* pad, GstObject* parent, GstEvent* event) {
  return Guarded("isrparse event", FALSE, [&]() -> gboolean {
    ParseStage& stage = ISR_PARSE(parent)->state->Stage();
    switch (GST_EVENT_TYPE(event)) {
      case GST_EVENT_CAPS:
        TakeCaps(stage, event);
        gst_event_unref(event);
        return TRUE;
      case GST_EVENT_SEGMENT:  // we have our own
        gst_event_unref(event);
        return TRUE;
      case GST_EVENT_EOS:
        stage.Finish();
        return gst_pad_event_default(pad, parent, event);
      default:
        if (gst_event_has_name(event, "http-headers")) TakeHttpHeaders(stage, event);
        return gst_pad_event_default(pad, parent, event);
    }
  });
}

GstStateChangeReturn ChangeState(GstElement* element, GstStateChange transition) {
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    Guarded("isrparse start", [element] { ISR_PARSE(element)->state->Reset(); });
  }
  return GST_ELEMENT_CLASS(isr_parse_parent_class)->change_state(element, transition);
}

void SetPropertyValue(GObject* object, guint /*id*/, const GValue* value, GParamSpec* /*spec*/) {
  Guarded("isrparse property",
          [&] { ISR_PARSE(object)->state->SetFormat(g_value_get_string(value)); });
}

void GetPropertyValue(GObject* object, guint /*id*/, GValue* value, GParamSpec* /*spec*/) {
  g_value_set_string(value, ISR_PARSE(object)->state->Format().c_str());
}

void Finalize(GObject* object) {
  delete ISR_PARSE(object)->state;
  G_OBJECT_CLASS(isr_parse_parent_class)->finalize(object);
}

}  // namespace

static void isr_parse_class_init(IsrParseClass* klass) {
  auto* const object_class = G_OBJECT_CLASS(klass);
  object_class->finalize = Finalize;
  object_class->set_property = SetPropertyValue;
  object_class->get_property = GetPropertyValue;
  g_object_class_install_property(
      object_class, 1,
      g_param_spec_string(
          "format", "Format",
          "What comes, where the bytes do not say: \"flac\", when it is joined in the "
          "middle. Else they decide",
          "auto",
          static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                   GST_PARAM_MUTABLE_READY)));
  auto* const element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = ChangeState;
  gst_element_class_add_static_pad_template(element_class, &g_sink_template);
  gst_element_class_add_static_pad_template(element_class, &g_source_template);
  gst_element_class_set_static_metadata(element_class, "Recording parser", "Codec/Parser/Audio",
                                        "Coded frames of a stream as they came, many to a buffer",
                                        "The isr developers");
}

static void isr_parse_init(IsrParse* self) {
  GstPad* const sink = gst_pad_new_from_static_template(&g_sink_template, "sink");
  gst_pad_set_chain_function(sink, Chain);
  gst_pad_set_event_function(sink, HandleEvent);
  gst_element_add_pad(GST_ELEMENT(self), sink);
  GstPad* const source = gst_pad_new_from_static_template(&g_source_template, "src");
  gst_pad_use_fixed_caps(source);
  gst_element_add_pad(GST_ELEMENT(self), source);
  self->state = new ParseState(GST_ELEMENT(self), source);
}
