#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gst/gst.h>

#include "buffer/audio_buffer.hpp"
#include "catalogue/roots.hpp"
#include "config/settings.hpp"
#include "disk/disk_writer.hpp"
#include "format/frame_history.hpp"
#include "media/audio_tap.hpp"
#include "model/segment.hpp"
#include "pipeline/pipeline_runner.hpp"
#include "recorder/recording_pipeline.hpp"
#include "recorder/track_writer.hpp"
#include "worker/stream_listener.hpp"

namespace isr {

/// A file was opened; what is known of it so far.
struct FileOpened {
  Segment segment;
  bool joined = false;  ///< it follows on the last run's end without a gap
  std::optional<Gap> gap_before;
};
/// A file is on the disk, complete. `last`: no other follows in this run, so that why it ended is
/// for whoever ended the run to say.
struct FileClosed {
  Segment segment;
  bool last = false;
};
/// Audio was lost while the source ran.
struct AudioLost {
  Gap gap;
};
/// The disk does not take the files (`trouble`: why), or takes them again (empty).
struct DiskChanged {
  std::string trouble;
};
/// The wall clock was set while recording.
struct ClockStepped {
  std::chrono::microseconds by;
};
/// The stream says what it plays.
struct TitleHeard {
  std::string name;  ///< of the file
  Title title;
};
/// Some more of a file was measured.
struct LevelsHeard {
  std::string name;  ///< of the file
  UtcTime start{};   ///< of the file
  std::uint64_t window = 0;
  std::vector<LevelWindow> levels;  ///< from that window on
};
/// No levels come (`trouble`: why), or all of a file's came (empty).
struct LevelsChanged {
  std::string trouble;
};
using RecordingEvent = std::variant<FileOpened, FileClosed, AudioLost, DiskChanged, LevelsChanged,
                                    ClockStepped, TitleHeard, LevelsHeard>;

/// The files of a run that are not complete yet, `frames` as far as they have come; and the wall
/// time after the last of these frames, by what is known now.
struct RecordingNow {
  std::vector<Segment> files;  ///< oldest first; one that is not opened yet has no name
  std::uint64_t frames = 0;    ///< of the run
  UtcTime end{};
};

/// Where a run ended, and why.
struct RunEnd {
  UtcTime time{};
  Cause cause = Cause::kReconnect;
};

/// One run of a source: its pipeline, and the ledger of its files: isrsplit says where each begins,
/// isrfilesink when it is there, how far it is safe and when it is complete. Their tracks are
/// written on the way. Titles come from any element as a message `isr-title`: `running-time`
/// (guint64, from there on), `raw` (GBytes, as sent), `text` (string, UTF-8); what a source waits
/// for as `isr-waiting`: `for` (string), and which sound server it asks as `isr-backend`: `server`.
/// Where there is a buffer instead of files, what would be a file is told of in the same way, but
/// has no name and no track. Thread-safe, see PipelinePlan.
class RecordingPlan final : public PipelinePlan,
                            public LevelReceiver,
                            public std::enable_shared_from_this<RecordingPlan> {
 public:
  struct Options {
    Root root;                                 ///< of the names and tracks of its files
    Cause begin = Cause::kStart;               ///< of the first file
    std::shared_ptr<FrameHistory> history;     ///< what the source delivered last; for its next run
    std::shared_ptr<DiskWriter> disk;          ///< writes the tracks; shared with other sources
    std::optional<RunEnd> last_run;            ///< none before the first
    std::shared_ptr<AudioBuffer::Run> memory;  ///< takes what comes, instead of files; or none
  };

  RecordingPlan(SourceSettings settings, Options options);

  Ref<GstElement> Build() override;
  bool OnElementMessage(GstMessage* message) override;
  std::optional<MonotonicTime> LastArrival() const override;
  std::string WaitingFor() const override {
    const std::lock_guard lock(mutex_);
    return waiting_for_;
  }
  void EndStream() override;
  /// Who hears the frames of a coded source, to tell us the levels. Before Build.
  void SetTap(std::shared_ptr<FrameTap> tap);
  /// Who hears the source while somebody listens to it live. Before Build.
  void SetLiveTap(std::shared_ptr<AudioTap> tap) { live_tap_ = std::move(tap); }
  /// Whether somebody listens live. Any thread.
  void FollowLive(bool is_heard);
  /// Whether levels are wanted ten times a second, rather than once. Any thread.
  void WatchLevels(bool is_watched);
  void OnLevels(std::uint32_t file, std::uint64_t second, const SecondOfLevels& levels) override;
  void OnLevelsDone(std::uint32_t file) override;
  void OnLevelsLost() override;
  void OnNoLevels(const std::string& why) override;
  bool AwaitFiles(std::chrono::milliseconds deadline) override;

  /// Lets audio go while the disk does not take it and the buffers before it are nearly full. To be
  /// called often enough: they hold half a minute. Any thread.
  void RelieveBuffers();

  /// The sound server that is asked, "pulse"; empty when there is none. Any thread.
  std::string Backend() const {
    const std::lock_guard lock(mutex_);
    return backend_;
  }
  /// What happened since the last call, in order. Of levels alone nobody is told to call.
  std::vector<RecordingEvent> TakeEvents();
  /// The growing file with the frames that have gone into it so far; nothing between files.
  std::optional<Segment> Growing() const;
  /// Nothing before the first frame. Any thread.
  std::optional<RecordingNow> Now() const;
  /// Writes the end of the run's last file, closed or not, into its track, and lets go of the
  /// pipeline. Levels may still come. Any thread.
  void EndTrack(const Segment& segment);
  /// Wall time after the last frame of this run, once it has ended properly.
  std::optional<UtcTime> End() const {
    const std::lock_guard lock(mutex_);
    return end_;
  }

 private:
  /// A file as isrsplit announced it, and as it was opened.
  struct File {
    guint number = 0;               ///< counts from 0 in each run
    GstClockTime running_time = 0;  ///< of the first frame, in the pipeline
    std::uint64_t first_frame = 0;  ///< frames of this run before it
    bool asked_for = false;         ///< splitmuxsink has begun it
    bool joined = false;
    Segment segment;  ///< its name is empty until it is opened
    std::optional<Gap> gap_before;
    std::chrono::microseconds lost{0};  ///< in its middle
    std::vector<TrackEvent> events;     ///< heard before it was opened
    std::vector<std::pair<std::uint64_t, std::vector<LevelWindow>>> levels;  ///< the same
    std::unique_ptr<TrackWriter> track;                                      ///< once it is opened
  };

  /// The track of a closed file whose levels still come.
  struct HeardLater {
    guint number = 0;
    Segment segment;
    std::unique_ptr<TrackWriter> track;
  };

  void AwaitLevels(HeardLater closed);
  std::string BeginFile(GstClockTime running_time);
  void OnFileAnnounced(const GstStructure* facts);
  void OnFileOpened(const GstStructure* facts);
  void OnEnd(const GstStructure* facts);
  void OnGap(const GstStructure* facts);
  void OnFileClosed(const GstStructure* facts);
  void OnPosition(const GstStructure* facts);
  void OnTitle(const GstStructure* facts);
  void OnLevel(const GstStructure* facts);
  void Hear(File& file, std::uint64_t window, std::span<const LevelWindow> levels);
  void Hear(const Segment& segment, TrackWriter* track, std::uint64_t window,
            std::span<const LevelWindow> levels);
  void SetPace();
  void OnClockStep(const GstStructure* facts);
  void OnDisk(const GstStructure* facts);
  void OnWaiting(const GstStructure* facts);
  void OnBackend(const GstStructure* facts);
  std::optional<Gap> GapBefore(const File& file) const;
  void Tell(File& file, TrackEvent event);
  void TellOpened(File& file);
  File* FindAnnounced(GstClockTime running_time);
  File* FindNumber(guint number);
  static gchararray OnFormatLocation(GstElement* sink, guint fragment, GstSample* first,
                                     gpointer self) noexcept;

  const SourceSettings settings_;
  const Options options_;
  std::shared_ptr<FrameTap> tap_;       // shared with isrsplit
  std::shared_ptr<AudioTap> live_tap_;  // shared with the source's other runs

  mutable std::mutex mutex_;
  std::condition_variable files_closed_;
  RecordingElements elements_;              // protected by mutex_
  std::string waiting_for_;                 // protected by mutex_
  std::string backend_;                     // protected by mutex_
  bool disk_in_trouble_ = false;            // protected by mutex_
  std::deque<File> files_;                  // protected by mutex_; announced and not closed yet
  std::optional<std::uint64_t> end_frame_;  // protected by mutex_
  std::optional<UtcTime> end_;              // protected by mutex_
  Segment at_end_;                          // protected by mutex_; its clock, after the last frame
  std::optional<Gap> last_gap_;             // protected by mutex_; that the source left
  std::optional<Title> playing_;            // protected by mutex_; goes on into the next file
  HeardLater last_;                         // protected by mutex_; the last file, closed
  bool is_heard_ = false;    // protected by mutex_; levels come from elsewhere, after the audio
  bool is_watched_ = false;  // protected by mutex_
  bool is_live_ = false;     // protected by mutex_; somebody listens
  std::deque<HeardLater> heard_later_;  // protected by mutex_
  std::vector<RecordingEvent> events_;  // protected by mutex_
};

}  // namespace isr
