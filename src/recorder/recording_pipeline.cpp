#include "recorder/recording_pipeline.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "glib/element.hpp"
#include "glib/property.hpp"
#include "recorder/taps.hpp"
#include "source/source_type.hpp"

namespace isr {
namespace {

/// The recording queue holds what comes while a file is being closed: 30 s of PCM ...
constexpr int kQueueSeconds = 30;
/// ... and of the fattest coded stream there is (FLAC, 1.5 Mb/s).
constexpr guint kCodedQueueBytes = 6'000'000;

/// For a network source to show whether it begins with a burst of past audio.
constexpr guint64 kCodedSettleTime = GST_SECOND;

/// What is in memory is counted on from time to time: a source's drift takes no part in it.
constexpr std::chrono::minutes kLongestInMemory{10};

std::shared_ptr<FrameTap> TapOf(const SourceBin& source, const RecordingPipelineOptions& options) {
  if (source.kind == SourceBin::Kind::kPcm) return options.memory;
  return BothTaps(BothTaps(options.tap, options.live_tap), options.memory);
}

guint QueueBytes(const SourceBin& source, const SourceSettings& settings) {
  if (source.kind == SourceBin::Kind::kCoded) return kCodedQueueBytes;
  return std::visit(
      [](const auto& specific) -> guint {
        if constexpr (requires { specific.sample_rate; }) {
          return static_cast<guint>(kQueueSeconds * specific.sample_rate * specific.channels *
                                    (specific.bits / 8));
        } else {
          return kCodedQueueBytes;
        }
      },
      settings.specific);
}

/// splitmuxsink's own queue, which holds 5 buffers by itself. One in front of it would cost a
/// thread more for each source.
Ref<GstElement> EnlargeQueueOf(GstElement* splitmuxsink, guint bytes) {
  GstIterator* const queues =
      gst_bin_iterate_all_by_element_factory_name(GST_BIN(splitmuxsink), "queue");
  GValue item = G_VALUE_INIT;
  const bool found = gst_iterator_next(queues, &item) == GST_ITERATOR_OK;
  gst_iterator_free(queues);
  if (!found) throw Error("splitmuxsink has no queue");
  auto queue = Ref<GstElement>::Share(GST_ELEMENT(g_value_get_object(&item)));
  g_value_unset(&item);
  // Where it would be unlimited (0), splitmuxsink takes that for less than there is, and "grows" it
  // to what is there.
  SetProperty(queue.Get(), "max-size-buffers", std::numeric_limits<guint>::max());
  SetProperty(queue.Get(), "max-size-time", guint64{0});
  SetProperty(queue.Get(), "max-size-bytes", bytes);
  return queue;
}

Ref<GstElement> MakeSplit(const SourceBin& source, const SourceSettings& settings,
                          const RecordingPipelineOptions& options) {
  Ref<GstElement> split = MakeElement("isrsplit");
  const bool has_files = options.memory == nullptr;
  const auto interval = has_files
                            ? settings.split
                            : std::min<std::chrono::microseconds>(settings.split, kLongestInMemory);
  SetProperty(split.Get(), "sink", std::string(has_files ? kRecordingSinkName : ""));
  SetProperty(split.Get(), "split-interval", guint64(interval.count()) * GST_USECOND);
  SetProperty(split.Get(), "begin-cause", std::string(ToWord(options.begin)));
  if (source.kind == SourceBin::Kind::kCoded) {
    SetProperty(split.Get(), "settle-time", kCodedSettleTime);
    auto history = options.history;
    SetProperty(split.Get(), "frame-history", static_cast<gpointer>(&history));
  } else if (options.live_tap != nullptr) {
    TapPcm(split.Get(), options.live_tap);
  }
  if (auto tap = TapOf(source, options)) {
    SetProperty(split.Get(), "frame-tap", static_cast<gpointer>(&tap));
  }
  return split;
}

Ref<GstElement> MakeFileSink(const SourceSettings& settings, guint queue_bytes) {
  Ref<GstElement> file_sink = MakeElement("isrfilesink");
  SetProperty(file_sink.Get(), "max-bytes", guint64{queue_bytes});
  SetProperty(file_sink.Get(), "sync-interval", guint64(settings.sync.count()) * GST_MSECOND);
  return file_sink;
}

Ref<GstElement> MakeSink(const SourceBin& source, const Ref<GstElement>& file_sink) {
  Ref<GstElement> sink = MakeElement("splitmuxsink", kRecordingSinkName);
  const Ref<GstElement> muxer = MakeElement("isrmux");
  if (source.kind == SourceBin::Kind::kPcm) {
    SetEnumProperty(muxer.Get(), "pcm-format", source.extension.c_str());
  }
  SetObjectProperty(sink.Get(), "muxer", muxer.Get());
  SetObjectProperty(sink.Get(), "sink", file_sink.Get());
  return sink;
}

Ref<GstElement> MakeEndOfMemory() {
  Ref<GstElement> sink = MakeElement("fakesink");
  SetProperty(sink.Get(), "async", false);
  SetProperty(sink.Get(), "enable-last-sample", false);
  return sink;
}

}  // namespace

RecordingPipeline BuildRecordingPipeline(const SourceSettings& settings,
                                         const RecordingPipelineOptions& options) {
  const SourceBin source = BuildSource(settings);
  const guint bytes = QueueBytes(source, settings);
  RecordingPipeline made{.pipeline = MakePipeline(settings.name), .origin = source.origin};
  RecordingElements& elements = made.elements;
  elements.split = MakeSplit(source, settings, options);
  Ref<GstElement> sink;
  if (options.memory != nullptr) {
    sink = MakeEndOfMemory();
  } else {
    elements.file_sink = MakeFileSink(settings, bytes);
    sink = made.sink = MakeSink(source, elements.file_sink);
  }
  if (source.kind == SourceBin::Kind::kPcm && settings.analyse) {
    elements.level = MakeElement("isrlevel");
    // Sections are found over all runs.
    SetEnumProperty(elements.level.Get(), "detector", "none");
    AddAndLink(made.pipeline.Get(), {source.bin, elements.split, elements.level, sink});
  } else {
    AddAndLink(made.pipeline.Get(), {source.bin, elements.split, sink});
  }
  if (made.sink) elements.queue = EnlargeQueueOf(made.sink.Get(), bytes);
  elements.queue_bytes = bytes;
  elements.reader = source.reader;
  elements.end_here = source.last ? source.last : elements.split;
  elements.extension = source.extension;
  return made;
}

}  // namespace isr
