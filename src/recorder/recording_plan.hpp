#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gst/gst.h>

#include "config/settings.hpp"
#include "model/segment.hpp"
#include "pipeline/pipeline_runner.hpp"

namespace isr {

/// A file was opened; what is known of it so far.
struct FileOpened {
  Segment segment;
};
/// A file is closed and complete. `last`: no other follows in this run, so that why it ended is for
/// whoever ended the run to say.
struct FileClosed {
  Segment segment;
  bool last = false;
};
/// The source lost audio while it ran.
struct AudioLost {
  Gap gap;
};
/// The wall clock was set while recording.
struct ClockStepped {
  std::chrono::microseconds by;
};
using RecordingEvent = std::variant<FileOpened, FileClosed, AudioLost, ClockStepped>;

/// The pipeline of one run of a source,
///
///     source ! isrsplit ! queue ! splitmuxsink
///
/// and the ledger of its files: isrsplit says where each begins, splitmuxsink opens and closes
/// them. Thread-safe, see PipelinePlan.
class RecordingPlan final : public PipelinePlan,
                            public std::enable_shared_from_this<RecordingPlan> {
 public:
  RecordingPlan(SourceSettings settings, std::string output_directory, Cause begin);

  Ref<GstElement> Build() override;
  void OnElementMessage(GstMessage* message) override;
  std::optional<MonotonicTime> LastArrival() const override;

  /// What happened since the last call, in order.
  std::vector<RecordingEvent> TakeEvents();
  /// The growing file with the frames that have gone into it so far; nothing between files.
  std::optional<Segment> Growing() const;
  /// Wall time after the last frame of this run, once it has ended properly.
  std::optional<UtcTime> End() const;

 private:
  /// A file as isrsplit announced it, and as it was opened.
  struct File {
    GstClockTime running_time = 0;  ///< of the first frame, in the pipeline
    std::uint64_t first_frame = 0;  ///< frames of this run before it
    Segment segment;                ///< its name is empty until it is opened
  };

  Ref<GstElement> BuildSink(const std::string& muxer);
  std::string OpenFile(GstClockTime running_time);
  void OnFileAnnounced(const GstStructure* facts);
  void OnEnd(const GstStructure* facts);
  void OnGap(const GstStructure* facts);
  void OnFileClosed(const GstStructure* facts);
  File* FindFile(GstClockTime running_time);
  static gchararray OnFormatLocation(GstElement* sink, guint fragment, GstSample* first,
                                     gpointer self) noexcept;

  const SourceSettings settings_;
  const std::string output_directory_;
  const Cause begin_;

  mutable std::mutex mutex_;
  Ref<GstElement> split_;                   // protected by mutex_
  std::string extension_;                   // protected by mutex_
  std::deque<File> files_;                  // protected by mutex_; announced and not closed yet
  std::optional<std::uint64_t> end_frame_;  // protected by mutex_
  std::optional<UtcTime> end_;              // protected by mutex_
  std::vector<RecordingEvent> events_;      // protected by mutex_
};

}  // namespace isr
