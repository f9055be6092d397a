/**
 * SECTION:element-isrmux
 * @title: isrmux
 *
 * Makes files of recordings, each by itself: it begins at time 0, says how long it is, and can be
 * sought in. PCM becomes Broadcast WAV (EBU Tech 3285), and RF64 (EBU Tech 3306) from 4 GiB on, or,
 * with `pcm-format=flac`, FLAC of up to 8 channels, to the bit;
 * MPEG audio stays as it came, layer III behind a Xing or Info frame with the exact duration; ADTS
 * frames stay as they came. FLAC frames are renumbered from sample 0 behind a STREAMINFO and a
 * SEEKTABLE of the file's own. Vorbis, Opus and FLAC from Ogg become one unchained Ogg stream. For
 * #splitmuxsink's `muxer`, in front of #isrfilesink or any sink that can seek.
 *
 * |[
 * gst-launch-1.0 -e audiotestsrc num-buffers=500 ! isrmux ! isrfilesink location=tone.wav
 * gst-launch-1.0 -e audiotestsrc num-buffers=500 ! isrmux pcm-format=flac \
 *   ! isrfilesink location=tone.flac
 * ]|
 */
#include "plugins/isrmux.hpp"

#include <atomic>
#include <memory>
#include <utility>

#include "base/guarded.hpp"
#include "glib/ref.hpp"
#include "media/coded_caps.hpp"
#include "plugins/file_muxer.hpp"

namespace {

using isr::FileMuxer;
using isr::Guarded;
using isr::PcmFormat;
using isr::Ref;

/// The element's C++ half: in a GObject's own memory no constructor runs. Streaming thread, but for
/// `Reset`, which runs when nothing streams.
class MuxState final : public FileMuxer::Output {
 public:
  explicit MuxState(GstPad* source) : source_(source) {}

  /// Any thread, as its getter.
  void SetPcmFormat(PcmFormat format) { pcm_format_ = format; }
  PcmFormat GetPcmFormat() const { return pcm_format_; }

  void Reset() {
    muxer_.reset();
    caps_ = {};
    begun_ = false;
    is_last_ = false;
    size_ = 0;
    flow_ = GST_FLOW_OK;
  }

  /// Other caps in the middle of a file are for the next one: splitmuxsink gives them again.
  bool SetCaps(GstCaps* caps) {
    auto muxer = isr::MakeFileMuxer(caps, pcm_format_);
    if (muxer == nullptr) return false;
    is_last_ = begun_ && gst_caps_is_equal(caps, caps_.Get()) == FALSE;
    if (begun_) return true;
    muxer_ = std::move(muxer);
    caps_ = Ref<GstCaps>::Share(caps);
    return true;
  }

  GstFlowReturn Take(GstBuffer* buffer) {
    if (muxer_ == nullptr || is_last_) return GST_FLOW_NOT_NEGOTIATED;
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return GST_FLOW_ERROR;
    if (!std::exchange(begun_, true)) {
      GoTo(0);
      first_pts_ = GST_BUFFER_PTS(buffer);
      muxer_->Begin(isr::FileStartOf(buffer), *this);
    }
    pts_ = GST_BUFFER_PTS(buffer);
    muxer_->Take(buffer, {map.data, map.size}, *this);
    gst_buffer_unmap(buffer, &map);
    return flow_;
  }

  void Finish() {
    if (begun_) muxer_->Finish(*this);
  }

  void Append(isr::ByteView bytes) override {
    if (away_) GoTo(size_);
    Push(bytes);
    size_ += bytes.size();
  }

  void SetTime(std::chrono::nanoseconds since_begin) override {
    if (!GST_CLOCK_TIME_IS_VALID(first_pts_)) return;
    pts_ = first_pts_ + static_cast<GstClockTime>(since_begin.count());
  }

  void Patch(std::uint64_t offset, isr::ByteView bytes) override {
    GoTo(offset);
    Push(bytes);
    away_ = true;
  }

 private:
  void GoTo(std::uint64_t offset) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_BYTES);
    segment.start = offset;
    segment.time = offset;
    gst_pad_push_event(source_, gst_event_new_segment(&segment));
    away_ = false;
  }

  void Push(isr::ByteView bytes) {
    if (bytes.empty() || flow_ != GST_FLOW_OK) return;
    GstBuffer* const buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
    GST_BUFFER_PTS(buffer) = pts_;
    flow_ = gst_pad_push(source_, buffer);
  }

  GstPad* const source_;  // owned by the element
  std::atomic<PcmFormat> pcm_format_ = PcmFormat::kWav;
  std::unique_ptr<FileMuxer> muxer_;
  Ref<GstCaps> caps_;
  bool begun_ = false;
  bool is_last_ = false;  ///< what comes now does not fit into this file
  bool away_ = false;     ///< the last piece was a patch
  std::uint64_t size_ = 0;
  GstClockTime first_pts_ = GST_CLOCK_TIME_NONE;
  GstClockTime pts_ = GST_CLOCK_TIME_NONE;
  GstFlowReturn flow_ = GST_FLOW_OK;
};

}  // namespace

struct _IsrMux {
  GstElement parent;
  MuxState* state;
};

G_DEFINE_FINAL_TYPE(IsrMux, isr_mux, GST_TYPE_ELEMENT)

namespace {

GstStaticPadTemplate g_sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("audio/x-raw,format={S16LE,S24LE,S32LE},layout=interleaved;" ISR_CODED_CAPS));
GstStaticPadTemplate g_source_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

GstFlowReturn Chain(GstPad* /*pad*/, GstObject* parent, GstBuffer* buffer) {
  return Guarded("mux chain", GST_FLOW_ERROR, [&] {
    const auto owned = Ref<GstBuffer>::Adopt(buffer);
    return ISR_MUX(parent)->state->Take(owned.Get());
  });
}

gboolean HandleEvent(GstPad* pad, GstObject* parent, GstEvent* event) {
  return Guarded("mux event", FALSE, [&]() -> gboolean {
    MuxState& state = *ISR_MUX(parent)->state;
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
      gst_event_unref(event);
      return TRUE;
    }
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      const bool taken = state.SetCaps(caps);
      gst_event_unref(event);
      return taken;
    }
    if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) state.Finish();
    return gst_pad_event_default(pad, parent, event);
  });
}

GstStateChangeReturn ChangeState(GstElement* element, GstStateChange transition) {
  const auto result = GST_ELEMENT_CLASS(isr_mux_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    Guarded("mux stop", [element] { ISR_MUX(element)->state->Reset(); });
  }
  return result;
}

enum Property { kPropPcmFormat = 1 };

GType PcmFormatType() {
  static const GType type = [] {
    static const GEnumValue values[] = {
        {static_cast<int>(PcmFormat::kWav), "Broadcast WAV", "wav"},
        {static_cast<int>(PcmFormat::kFlac), "FLAC", "flac"},
        {0, nullptr, nullptr},
    };
    return g_enum_register_static("IsrPcmFormat", values);
  }();
  return type;
}

void SetPropertyValue(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (id == kPropPcmFormat) {
    ISR_MUX(object)->state->SetPcmFormat(static_cast<PcmFormat>(g_value_get_enum(value)));
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void GetPropertyValue(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (id == kPropPcmFormat) {
    g_value_set_enum(value, static_cast<int>(ISR_MUX(object)->state->GetPcmFormat()));
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void Finalize(GObject* object) {
  delete ISR_MUX(object)->state;
  G_OBJECT_CLASS(isr_mux_parent_class)->finalize(object);
}

}  // namespace

static void isr_mux_class_init(IsrMuxClass* klass) {
  auto* const object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = SetPropertyValue;
  object_class->get_property = GetPropertyValue;
  object_class->finalize = Finalize;
  g_object_class_install_property(
      object_class, kPropPcmFormat,
      g_param_spec_enum("pcm-format", "PCM format", "What becomes of PCM", PcmFormatType(),
                        static_cast<int>(PcmFormat::kWav),
                        static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                 GST_PARAM_MUTABLE_READY)));
  auto* const element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = ChangeState;
  gst_element_class_add_static_pad_template(element_class, &g_sink_template);
  gst_element_class_add_static_pad_template(element_class, &g_source_template);
  gst_element_class_set_static_metadata(
      element_class, "Recording muxer", "Codec/Muxer/Audio",
      "Files that play by themselves: Broadcast WAV, FLAC, MP3 with its exact duration, ADTS, Ogg",
      "The isr developers");
}

static void isr_mux_init(IsrMux* self) {
  GstPad* const sink = gst_pad_new_from_static_template(&g_sink_template, "sink");
  gst_pad_set_chain_function(sink, Chain);
  gst_pad_set_event_function(sink, HandleEvent);
  gst_element_add_pad(GST_ELEMENT(self), sink);
  GstPad* const source = gst_pad_new_from_static_template(&g_source_template, "src");
  gst_element_add_pad(GST_ELEMENT(self), source);
  self->state = new MuxState(source);
}
