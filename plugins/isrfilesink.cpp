/**
 * SECTION:element-isrfilesink
 * @title: isrfilesink
 *
 * Writes a recording through the one writer thread of its file system. Starting, stopping and
 * rendering make no file call, so that a slow or full disk holds up nothing but the bytes on their
 * way, of which there may be `max-bytes` over all its files. Never overwrites: where `location`
 * exists, the file is called "name-1.ext", "name-2.ext" ... What muxers write back (headers) is put
 * into the file after the data that it counts is on the disk.
 *
 * |[
 * gst-launch-1.0 -m -e audiotestsrc is-live=true ! wavenc ! isrfilesink location=tone.wav
 * ]|
 *
 * Element messages, posted by the writer thread:
 *
 * `isr-file-opened`: `number` (guint, the `file-number` property when it began), `location`
 * (string, the real name).
 *
 * `isr-file-closed`: all of the file is on the disk. `number` (guint), `location` (string), `bytes`
 * (guint64).
 *
 * `isr-file-position`: a second of the file's audio, and all before it, is on the disk. `number`
 * (guint), `second` (guint64, 0 for the first), `bytes` (guint64, where in the file the last piece
 * of audio begins that begins at or before the end of that second), `time` (guint64, ns of audio
 * before it). Only from time stamps that the muxer passes on.
 *
 * `isr-disk-trouble`: the disk does not take it; tried again every second. `reason` (string).
 *
 * `isr-disk-recovered`: what was waiting is written.
 */
#include "plugins/isrfilesink.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "disk/disk_writer.hpp"
#include "plugins/second_marks.hpp"

GST_DEBUG_CATEGORY_STATIC(isr_file_sink_debug);
#define GST_CAT_DEFAULT isr_file_sink_debug

namespace {

using isr::DiskWriter;
using isr::FileStream;
using isr::Guarded;

enum Property {
  kPropLocation = 1,
  kPropFileNumber,
  kPropMaxBytes,
  kPropSyncInterval,
  kPropBacklog
};

constexpr guint64 kDefaultMaxBytes = 8 * 1024 * 1024;

/// Posts what becomes of one file. The writer may be slower than the element's life.
class Reporter final : public isr::FileObserver {
 public:
  Reporter(GstElement* element, guint number) : number_(number) {
    g_weak_ref_init(&element_, element);
  }
  ~Reporter() override { g_weak_ref_clear(&element_); }

  void OnFileOpened(const std::string& path) override {
    Post(gst_structure_new("isr-file-opened", "number", G_TYPE_UINT, number_, "location",
                           G_TYPE_STRING, path.c_str(), nullptr));
  }
  void OnFileClosed(const std::string& path, std::uint64_t bytes) override {
    Post(gst_structure_new("isr-file-closed", "number", G_TYPE_UINT, number_, "location",
                           G_TYPE_STRING, path.c_str(), "bytes", G_TYPE_UINT64, guint64{bytes},
                           nullptr));
  }
  void OnMarkReached(const isr::FileMark& mark) override {
    Post(gst_structure_new("isr-file-position", "number", G_TYPE_UINT, number_, "second",
                           G_TYPE_UINT64, guint64{mark.second}, "bytes", G_TYPE_UINT64,
                           guint64{mark.bytes}, "time", G_TYPE_UINT64,
                           static_cast<guint64>(mark.time.count()), nullptr));
  }
  void OnDiskTrouble(const std::string& why) override {
    Post(gst_structure_new("isr-disk-trouble", "reason", G_TYPE_STRING, why.c_str(), nullptr));
  }
  void OnDiskRecovered() override { Post(gst_structure_new_empty("isr-disk-recovered")); }

 private:
  void Post(GstStructure* facts) {
    auto* const element = static_cast<GstElement*>(g_weak_ref_get(&element_));
    if (element == nullptr) {
      gst_structure_free(facts);
      return;
    }
    gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), facts));
    gst_object_unref(element);
  }

  GWeakRef element_;
  const guint number_;
};

/// The element's C++ half: in a GObject's own memory no constructor runs.
struct SinkState {
  std::mutex mutex;                        // nothing is called under it
  std::string location;                    // protected by mutex
  guint file_number = 0;                   // protected by mutex
  guint64 max_bytes = kDefaultMaxBytes;    // protected by mutex
  guint64 sync_interval = 5 * GST_SECOND;  // protected by mutex
  std::shared_ptr<FileStream> stream;      // protected by mutex; shared with unlock and the writer
  std::shared_ptr<DiskWriter> writer;  // protected by mutex; of the first file, kept for the others
  std::shared_ptr<isr::WriteBudget> budget;  // protected by mutex; of all our files
  guint64 position = 0;                      // streaming thread: where the next buffer goes
  isr::SecondMarks marks;                    // streaming thread
};

std::shared_ptr<FileStream> StreamOf(SinkState& state) {
  const std::lock_guard lock(state.mutex);
  return state.stream;
}

}  // namespace

struct _IsrFileSink {
  GstBaseSink parent;
  SinkState* state;
};

G_DEFINE_FINAL_TYPE_WITH_CODE(IsrFileSink, isr_file_sink, GST_TYPE_BASE_SINK,
                              GST_DEBUG_CATEGORY_INIT(isr_file_sink_debug, "isrfilesink", 0,
                                                      "recordings' files"))

namespace {

GstStaticPadTemplate g_sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

gboolean Start(GstBaseSink* sink) {
  auto* const self = ISR_FILE_SINK(sink);
  return Guarded("isrfilesink start", FALSE, [self]() -> gboolean {
    SinkState& state = *self->state;
    const std::lock_guard lock(state.mutex);
    if (state.location.empty()) return FALSE;
    if (state.writer == nullptr) {
      const std::string folder = std::filesystem::path(state.location).parent_path();
      state.writer = DiskWriter::ForDirectory(folder, {});
      state.budget = std::make_shared<isr::WriteBudget>(state.max_bytes);
    }
    const std::chrono::milliseconds sync(state.sync_interval / GST_MSECOND);
    state.stream = state.writer->Begin(
        state.location, state.budget,
        std::make_shared<Reporter>(GST_ELEMENT(self), state.file_number), {.sync_interval = sync});
    state.position = 0;
    state.marks = {};
    return TRUE;
  });
}

gboolean CloseStream(GstBaseSink* sink) {
  auto* const self = ISR_FILE_SINK(sink);
  return Guarded("isrfilesink close", FALSE, [self]() -> gboolean {
    if (const auto stream = StreamOf(*self->state)) stream->Close();
    return TRUE;
  });
}

/// Headers have no time of their own.
void MarkSeconds(SinkState& state, FileStream& stream, GstBuffer* buffer) {
  if (!GST_BUFFER_PTS_IS_VALID(buffer) || GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER)) {
    return;
  }
  state.marks.Note(std::chrono::nanoseconds(GST_BUFFER_PTS(buffer)), state.position);
  while (const auto mark = state.marks.Take()) stream.Mark(*mark);
}

GstFlowReturn Render(GstBaseSink* sink, GstBuffer* buffer) {
  auto* const self = ISR_FILE_SINK(sink);
  return Guarded("isrfilesink render", GST_FLOW_ERROR, [self, buffer] {
    SinkState& state = *self->state;
    const auto stream = StreamOf(state);
    GstMapInfo map;
    if (stream == nullptr || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return GST_FLOW_ERROR;
    const std::span<const std::uint8_t> bytes(map.data, map.size);
    bool taken = true;
    if (state.position == stream->Size()) {
      MarkSeconds(state, *stream, buffer);
      taken = bytes.empty() || stream->Append(bytes);
    } else {
      stream->Patch(state.position, bytes);
    }
    state.position += map.size;
    gst_buffer_unmap(buffer, &map);
    return taken ? GST_FLOW_OK : GST_FLOW_FLUSHING;
  });
}

/// A muxer goes back to its header with a segment in bytes. After EOS the file can be finished: its
/// owner may wait for that before it stops us.
gboolean HandleEvent(GstBaseSink* sink, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event, &segment);
    if (segment->format == GST_FORMAT_BYTES) ISR_FILE_SINK(sink)->state->position = segment->start;
  }
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) CloseStream(sink);
  return GST_BASE_SINK_CLASS(isr_file_sink_parent_class)->event(sink, event);
}

gboolean HandleQuery(GstBaseSink* sink, GstQuery* query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_SEEKING) {
    GstFormat format = GST_FORMAT_UNDEFINED;
    gst_query_parse_seeking(query, &format, nullptr, nullptr, nullptr);
    const gboolean in_bytes = format == GST_FORMAT_BYTES || format == GST_FORMAT_DEFAULT;
    gst_query_set_seeking(query, GST_FORMAT_BYTES, in_bytes, 0, -1);
    return TRUE;
  }
  return GST_BASE_SINK_CLASS(isr_file_sink_parent_class)->query(sink, query);
}

gboolean SetCancelled(GstBaseSink* sink, bool cancelled) {
  auto* const self = ISR_FILE_SINK(sink);
  return Guarded("isrfilesink unlock", FALSE, [self, cancelled]() -> gboolean {
    const std::lock_guard lock(self->state->mutex);
    if (self->state->budget != nullptr) self->state->budget->SetCancelled(cancelled);
    return TRUE;
  });
}

gboolean Unlock(GstBaseSink* sink) {
  return SetCancelled(sink, true);
}
gboolean UnlockStop(GstBaseSink* sink) {
  return SetCancelled(sink, false);
}

void SetPropertyValue(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  SinkState& state = *ISR_FILE_SINK(object)->state;
  const std::lock_guard lock(state.mutex);
  switch (id) {
    case kPropLocation: {
      const char* const location = g_value_get_string(value);
      state.location = location == nullptr ? "" : location;
      break;
    }
    case kPropFileNumber:
      state.file_number = g_value_get_uint(value);
      break;
    case kPropMaxBytes:
      state.max_bytes = g_value_get_uint64(value);
      break;
    case kPropSyncInterval:
      state.sync_interval = g_value_get_uint64(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void GetPropertyValue(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  SinkState& state = *ISR_FILE_SINK(object)->state;
  const std::lock_guard lock(state.mutex);
  switch (id) {
    case kPropLocation:
      g_value_set_string(value, state.location.c_str());
      break;
    case kPropFileNumber:
      g_value_set_uint(value, state.file_number);
      break;
    case kPropMaxBytes:
      g_value_set_uint64(value, state.max_bytes);
      break;
    case kPropSyncInterval:
      g_value_set_uint64(value, state.sync_interval);
      break;
    case kPropBacklog:
      g_value_set_uint64(value, state.budget == nullptr ? 0 : state.budget->Used());
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void Finalize(GObject* object) {
  delete ISR_FILE_SINK(object)->state;
  G_OBJECT_CLASS(isr_file_sink_parent_class)->finalize(object);
}

void InstallProperties(GObjectClass* klass) {
  const auto writable = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                 GST_PARAM_MUTABLE_READY);
  const auto readable = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  const auto install = [klass](Property id, GParamSpec* spec) {
    g_object_class_install_property(klass, id, spec);
  };
  install(kPropLocation,
          g_param_spec_string("location", "Location", "Path of the file; a taken one gets a number",
                              "", writable));
  install(kPropFileNumber,
          g_param_spec_uint("file-number", "File number", "What its messages call the next file", 0,
                            G_MAXUINT, 0, writable));
  install(kPropMaxBytes, g_param_spec_uint64("max-bytes", "Max bytes",
                                             "Bytes that may be on their way to the disk", 4096,
                                             G_MAXUINT32, kDefaultMaxBytes, writable));
  install(kPropSyncInterval,
          g_param_spec_uint64("sync-interval", "Sync interval",
                              "How much a power cut may cost (ns); of all files of a file system "
                              "the shortest counts",
                              GST_SECOND / 10, 3600 * GST_SECOND, 5 * GST_SECOND, writable));
  install(kPropBacklog, g_param_spec_uint64("backlog", "Backlog", "Bytes on their way to the disk",
                                            0, G_MAXUINT64, 0, readable));
}

}  // namespace

static void isr_file_sink_class_init(IsrFileSinkClass* klass) {
  auto* const object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = SetPropertyValue;
  object_class->get_property = GetPropertyValue;
  object_class->finalize = Finalize;
  InstallProperties(object_class);

  auto* const element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element_class, &g_sink_template);
  gst_element_class_set_static_metadata(element_class, "Recording file sink", "Sink/File",
                                        "Writes recordings without ever waiting for the disk",
                                        "The isr developers");

  auto* const sink_class = GST_BASE_SINK_CLASS(klass);
  sink_class->start = Start;
  sink_class->stop = CloseStream;
  sink_class->render = Render;
  sink_class->event = HandleEvent;
  sink_class->query = HandleQuery;
  sink_class->unlock = Unlock;
  sink_class->unlock_stop = UnlockStop;
}

static void isr_file_sink_init(IsrFileSink* self) {
  self->state = new SinkState;
  gst_base_sink_set_sync(GST_BASE_SINK(self), FALSE);
}
