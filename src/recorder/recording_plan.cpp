#include "recorder/recording_plan.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "glib/element.hpp"
#include "glib/log.hpp"
#include "glib/property.hpp"
#include "recorder/element_facts.hpp"
#include "source/source_type.hpp"
#include "time/file_name.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "recorder";

/// Closed files whose levels are waited for.
constexpr std::size_t kMostHeardLater = 4;

/// What C holds of us: splitmuxsink may outlive everybody else.
using Holder = std::shared_ptr<RecordingPlan>;
void FreeHolder(gpointer data, GClosure* /*closure*/) noexcept {
  delete static_cast<Holder*>(data);
}

/// A file's clock is as good as at its worse end; the source's rate is known best at the later.
void KeepWorse(Segment& segment, const Segment& at_end) {
  if (at_end.clock == ClockQuality::kFreeRunning) segment.clock = at_end.clock;
  if (at_end.ppm) segment.ppm = at_end.ppm;
}

}  // namespace

RecordingPlan::RecordingPlan(SourceSettings settings, Options options)
    : settings_(std::move(settings)), options_(std::move(options)) {}

Ref<GstElement> RecordingPlan::Build() {
  RecordingPipeline made = BuildRecordingPipeline(
      settings_, {.begin = options_.begin,
                  .history = options_.history,
                  .tap = std::exchange(tap_, nullptr),  // it is closed when isrsplit goes
                  .live_tap = live_tap_,
                  .memory = options_.memory});
  LogInfo(kDomain, "{}: connecting to {}", settings_.name, made.origin);
  if (made.sink) {
    g_signal_connect_data(made.sink.Get(), "format-location-full", G_CALLBACK(OnFormatLocation),
                          new Holder(shared_from_this()), FreeHolder, GConnectFlags(0));
  }
  const std::lock_guard lock(mutex_);
  elements_ = std::move(made.elements);
  SetPace();
  return std::move(made.pipeline);
}

gchararray RecordingPlan::OnFormatLocation(GstElement* sink, guint /*fragment*/, GstSample* first,
                                           gpointer self) noexcept {
  return Guarded("format-location", static_cast<gchararray>(nullptr), [&]() -> gchararray {
    RecordingPlan& plan = **static_cast<Holder*>(self);
    try {
      GstBuffer* const buffer = gst_sample_get_buffer(first);
      if (buffer == nullptr) throw Error("a file without audio");
      return g_strdup(plan.BeginFile(GST_BUFFER_PTS(buffer)).c_str());
    } catch (const Error& error) {
      GST_ELEMENT_ERROR(sink, RESOURCE, OPEN_WRITE, ("%s", Describe(error).c_str()), (nullptr));
      return nullptr;
    }
  });
}

/// The file announced with that first frame, or the last one announced before it.
RecordingPlan::File* RecordingPlan::FindAnnounced(GstClockTime running_time) {
  const auto after = std::find_if(files_.begin(), files_.end(), [&](const File& file) {
    return file.running_time > running_time;
  });
  return after == files_.begin() ? nullptr : &*std::prev(after);
}

RecordingPlan::File* RecordingPlan::FindNumber(guint number) {
  const auto found = std::find_if(files_.begin(), files_.end(),
                                  [&](const File& file) { return file.number == number; });
  return found == files_.end() ? nullptr : &*found;
}

/// The path wished for the file that begins there; isrfilesink sees that nothing is overwritten.
std::string RecordingPlan::BeginFile(GstClockTime running_time) {
  const std::lock_guard lock(mutex_);
  File* const file = FindAnnounced(running_time);
  if (file == nullptr) throw Error("a file began that was not announced");
  file->asked_for = true;
  SetProperty(elements_.file_sink.Get(), "file-number", file->number);
  const std::string stem = FormatFileName(settings_.filename_pattern, settings_.name,
                                          file->segment.start, file->segment.utc_offset);
  return std::filesystem::path(settings_.output_directory) / (stem + "." + file->segment.format);
}

bool RecordingPlan::OnElementMessage(GstMessage* message) {
  using Take = void (RecordingPlan::*)(const GstStructure*);
  static constexpr std::array<std::pair<const char*, Take>, 13> kMessages{{
      {"isr-file", &RecordingPlan::OnFileAnnounced},
      {"isr-end", &RecordingPlan::OnEnd},
      {"isr-gap", &RecordingPlan::OnGap},
      {"isr-file-opened", &RecordingPlan::OnFileOpened},
      {"isr-file-closed", &RecordingPlan::OnFileClosed},
      {"isr-file-position", &RecordingPlan::OnPosition},
      {"isr-level", &RecordingPlan::OnLevel},
      {"isr-title", &RecordingPlan::OnTitle},
      {"isr-disk-trouble", &RecordingPlan::OnDisk},
      {"isr-disk-recovered", &RecordingPlan::OnDisk},
      {"isr-waiting", &RecordingPlan::OnWaiting},
      {"isr-backend", &RecordingPlan::OnBackend},
      {"isr-clock-step", &RecordingPlan::OnClockStep},
  }};
  const GstStructure* const facts = gst_message_get_structure(message);
  for (const auto& [name, take] : kMessages) {
    if (gst_structure_has_name(facts, name)) (this->*take)(facts);
  }
  // These come every second.
  return !gst_structure_has_name(facts, "isr-file-position") &&
         !gst_structure_has_name(facts, "isr-level");
}

void RecordingPlan::OnFileAnnounced(const GstStructure* facts) {
  File file{.number = Number(facts),
            .running_time = Unsigned(facts, "running-time"),
            .first_frame = Unsigned(facts, "frame"),
            .joined = Boolean(facts, "joined"),
            .segment = {.source = settings_.name,
                        .start = Time(facts, "start-utc"),
                        .utc_offset = std::chrono::seconds(Integer(facts, "utc-offset")),
                        .rate = Integer(facts, "rate")}};
  const char* const cause = gst_structure_get_string(facts, "cause");
  file.segment.began = CauseFromWord(cause == nullptr ? "" : cause).value_or(Cause::kStart);
  NoteClock(file.segment, facts);
  const char* const extension = gst_structure_get_string(facts, "extension");
  const std::lock_guard lock(mutex_);
  file.segment.format = extension == nullptr ? elements_.extension : extension;
  file.gap_before = GapBefore(file);
  if (playing_) {
    playing_->time = file.segment.start;
    file.events.emplace_back(*playing_);
  }
  if (options_.memory != nullptr) {
    options_.memory->Begin(file.segment, file.first_frame);
    files_.clear();
  }
  files_.push_back(std::move(file));
  if (options_.memory != nullptr) TellOpened(files_.back());
}

/// A server's burst of past audio may reach back over the time without connection: then nothing is
/// missing, and the ledger says so with a gap of zero.
std::optional<Gap> RecordingPlan::GapBefore(const File& file) const {
  const Segment& segment = file.segment;
  if (file.number > 0) return segment.began == Cause::kDiskFull ? last_gap_ : std::nullopt;
  if (!options_.last_run) return std::nullopt;
  Gap gap{.source = settings_.name,
          .start = options_.last_run->time,
          .end = segment.start,
          .cause = options_.last_run->cause};
  if (file.joined) gap.end = gap.start;
  if (!file.joined && gap.end <= gap.start) return std::nullopt;
  return gap;
}

void RecordingPlan::OnEnd(const GstStructure* facts) {
  const std::lock_guard lock(mutex_);
  NoteClock(at_end_, facts);
  end_frame_ = Unsigned(facts, "frame");
  end_ = Time(facts, "end-utc");
}

void RecordingPlan::OnGap(const GstStructure* facts) {
  const UtcTime start = Time(facts, "start-utc");
  const std::uint64_t length = gst_util_uint64_scale(Unsigned(facts, "missing"), 1'000'000,
                                                     static_cast<guint64>(Integer(facts, "rate")));
  const Gap gap{
      .source = settings_.name,
      .start = start,
      .end = start + std::chrono::microseconds(length),
      .cause = CauseFromWord(gst_structure_get_string(facts, "cause")).value_or(Cause::kXrun)};
  const std::lock_guard lock(mutex_);
  events_.emplace_back(AudioLost{gap});
  last_gap_ = gap;
  if (files_.empty()) return;
  const std::uint64_t frame = Unsigned(facts, "frame");
  const auto after = std::find_if(files_.begin(), files_.end(),
                                  [&](const File& file) { return file.first_frame > frame; });
  // A loss that is found late may lie in a file that is closed: the one behind it tells of it.
  File& file = after == files_.begin() ? files_.front() : *std::prev(after);
  if (after != files_.begin()) file.lost += gap.end - gap.start;
  Tell(file, InnerGap{.frame = frame - std::min(frame, file.first_frame),
                      .missing = Unsigned(facts, "missing"),
                      .gap = gap});
  // What began since then began later than was thought.
  std::for_each(after, files_.end(),
                [&](File& later) { later.segment.start += gap.end - gap.start; });
}

void RecordingPlan::OnClockStep(const GstStructure* facts) {
  const std::chrono::microseconds by = Time(facts, "microseconds").time_since_epoch();
  const std::lock_guard lock(mutex_);
  events_.emplace_back(ClockStepped{by});
  if (files_.empty() || !elements_.split) return;
  File& file = files_.back();
  const auto frames = GetProperty<guint64>(elements_.split.Get(), "frames");
  Tell(file, ClockStep{.frame = frames - file.first_frame, .by = by});
}

void RecordingPlan::OnTitle(const GstStructure* facts) {
  const GValue* const value = gst_structure_get_value(facts, "raw");
  const char* const text = gst_structure_get_string(facts, "text");
  if (text == nullptr || value == nullptr || !G_VALUE_HOLDS(value, G_TYPE_BYTES)) return;
  gsize size = 0;
  const auto* const raw = static_cast<const char*>(
      g_bytes_get_data(static_cast<GBytes*>(g_value_get_boxed(value)), &size));
  Title title{.text = text, .raw = std::string(raw == nullptr ? "" : raw, size)};
  const GstClockTime running_time = Unsigned(facts, "running-time");
  const std::lock_guard lock(mutex_);
  playing_ = title;
  File* const file = FindAnnounced(running_time);
  if (file == nullptr) return;  // the first file will begin with it
  title.time = file->segment.start +
               std::chrono::microseconds((running_time - file->running_time) / GST_USECOND);
  Tell(*file, std::move(title));
}

/// Into the file's track, and a title to whoever listens, as soon as the file has its name.
void RecordingPlan::Tell(File& file, TrackEvent event) {
  if (file.track == nullptr && options_.memory == nullptr) {
    file.events.push_back(std::move(event));
    return;
  }
  if (file.track != nullptr) file.track->Add(event);
  if (auto* const title = std::get_if<Title>(&event)) {
    events_.emplace_back(TitleHeard{file.segment.name, std::move(*title)});
  }
}

void RecordingPlan::OnPosition(const GstStructure* facts) {
  const std::lock_guard lock(mutex_);
  File* const file = FindNumber(Number(facts));
  if (file == nullptr || file->track == nullptr) return;
  const guint64 frames = gst_util_uint64_scale_round(
      Unsigned(facts, "time"), static_cast<guint64>(file->segment.rate), GST_SECOND);
  file->track->Reached(Unsigned(facts, "second"), {Unsigned(facts, "bytes"), frames});
}

void RecordingPlan::OnFileOpened(const GstStructure* facts) {
  const std::filesystem::path path = gst_structure_get_string(facts, "location");
  const std::lock_guard lock(mutex_);
  File* const file = FindNumber(Number(facts));
  if (file == nullptr) return;
  file->segment.name = options_.root.NameOf(path.lexically_relative(options_.root.directory));
  file->segment.growing = true;
  file->track =
      std::make_unique<TrackWriter>(*options_.disk, options_.root.TrackPathOf(file->segment.name),
                                    TrackFacts{file->segment, file->gap_before});
  TellOpened(*file);
}

void RecordingPlan::TellOpened(File& file) {
  events_.emplace_back(FileOpened{file.segment, file.joined, file.gap_before});
  for (TrackEvent& event : std::exchange(file.events, {})) Tell(file, std::move(event));
  for (const auto& [window, levels] : std::exchange(file.levels, {})) Hear(file, window, levels);
}

/// Files are closed in the order in which they began.
void RecordingPlan::OnFileClosed(const GstStructure* facts) {
  const std::lock_guard lock(mutex_);
  if (files_.empty() || files_.front().number != Number(facts)) return;
  File file = std::move(files_.front());
  files_.pop_front();
  FileClosed closed{.segment = file.segment, .last = files_.empty()};
  const std::uint64_t end =
      files_.empty() ? end_frame_.value_or(file.first_frame) : files_.front().first_frame;
  closed.segment.frames = static_cast<std::int64_t>(end - file.first_frame);
  closed.segment.bytes = static_cast<std::int64_t>(Unsigned(facts, "bytes"));
  closed.segment.growing = false;
  KeepWorse(closed.segment, files_.empty() ? at_end_ : files_.front().segment);
  if (closed.last) {
    // What the clock map has learnt since the file began would leave a hole between its end and the
    // gap behind it, or let them overlap.
    const auto length = std::chrono::duration<double>(closed.segment.Duration());
    end_ = file.segment.start + std::chrono::round<std::chrono::microseconds>(length) + file.lost;
    last_ = {file.number, std::move(file.segment), std::move(file.track)};
  } else {
    closed.segment.ended = files_.front().segment.began;
    if (file.track != nullptr) file.track->End(closed.segment);
    AwaitLevels({file.number, std::move(file.segment), std::move(file.track)});
  }
  events_.emplace_back(std::move(closed));
  files_closed_.notify_all();
}

void RecordingPlan::EndTrack(const Segment& segment) {
  const std::lock_guard lock(mutex_);
  if (last_.track != nullptr) {
    last_.track->End(segment);
    AwaitLevels(std::exchange(last_, {}));
  }
  elements_ = {};
}

void RecordingPlan::SetTap(std::shared_ptr<FrameTap> tap) {
  tap_ = std::move(tap);
  const std::lock_guard lock(mutex_);
  is_heard_ = true;
}

/// The worker that listens along is a moment behind. Who does not hear from it lets go of the
/// oldest.
void RecordingPlan::AwaitLevels(HeardLater closed) {
  if (closed.track == nullptr || !is_heard_) return;
  heard_later_.push_back(std::move(closed));
  if (heard_later_.size() > kMostHeardLater) heard_later_.pop_front();
}

void RecordingPlan::OnLevels(std::uint32_t file, std::uint64_t second,
                             const SecondOfLevels& levels) {
  const std::lock_guard lock(mutex_);
  // They come in order: of a file before this one none is on its way any more.
  std::erase_if(heard_later_, [file](const HeardLater& one) { return one.number < file; });
  if (File* const growing = FindNumber(file)) {
    return Hear(*growing, second * kWindowsPerSecond, levels);
  }
  for (HeardLater& closed : heard_later_) {
    if (closed.number != file) continue;
    Hear(closed.segment, closed.track.get(), second * kWindowsPerSecond, levels);
  }
}

void RecordingPlan::Hear(File& file, std::uint64_t window, std::span<const LevelWindow> levels) {
  if (file.track != nullptr || options_.memory != nullptr) {
    return Hear(file.segment, file.track.get(), window, levels);
  }
  file.levels.emplace_back(window, std::vector(levels.begin(), levels.end()));
}

void RecordingPlan::Hear(const Segment& segment, TrackWriter* track, std::uint64_t window,
                         std::span<const LevelWindow> levels) {
  if (track != nullptr) track->Heard(window, levels);
  events_.emplace_back(LevelsHeard{.name = segment.name,
                                   .start = segment.start,
                                   .window = window,
                                   .levels = {levels.begin(), levels.end()}});
}

void RecordingPlan::FollowLive(bool is_heard) {
  const std::lock_guard lock(mutex_);
  is_live_ = is_heard;
  SetPace();
}

void RecordingPlan::WatchLevels(bool is_watched) {
  const std::lock_guard lock(mutex_);
  is_watched_ = is_watched;
  SetPace();
}

/// How often isrlevel tells levels, or a stream is read that somebody hears, or whose levels come
/// from elsewhere.
void RecordingPlan::SetPace() {
  if (elements_.level) {
    SetProperty(elements_.level.Get(), "post-interval",
                static_cast<guint64>(is_watched_ ? 100 * GST_MSECOND : GST_SECOND));
  }
  if (elements_.reader) {
    const bool is_hasty = is_live_ || (is_heard_ && is_watched_);
    SetProperty(elements_.reader.Get(), "longest-pause",
                static_cast<guint64>(is_hasty ? 50 * GST_MSECOND : GST_SECOND));
  }
}

/// Of isrlevel.
void RecordingPlan::OnLevel(const GstStructure* facts) {
  const std::vector<LevelWindow> levels = LevelsIn(facts);
  const std::lock_guard lock(mutex_);
  if (File* const file = FindAnnounced(Unsigned(facts, "running-time"))) {
    Hear(*file, Unsigned(facts, "window"), levels);
  }
}

void RecordingPlan::OnLevelsDone(std::uint32_t file) {
  const std::lock_guard lock(mutex_);
  std::erase_if(heard_later_, [file](const HeardLater& one) { return one.number == file; });
  events_.emplace_back(LevelsChanged{});
}

void RecordingPlan::OnLevelsLost() {
  const std::lock_guard lock(mutex_);
  heard_later_.clear();
}

void RecordingPlan::OnNoLevels(const std::string& why) {
  OnLevelsLost();
  const std::lock_guard lock(mutex_);
  is_heard_ = false;
  events_.emplace_back(LevelsChanged{why});
}

/// Behind the source: what that waits for, or whether it has ended long ago (an HLS playlist has),
/// does not matter.
void RecordingPlan::EndStream() {
  Ref<GstElement> element;
  {
    const std::lock_guard lock(mutex_);
    element = elements_.end_here;
  }
  const auto pad = Ref<GstPad>::Adopt(gst_element_get_static_pad(element.Get(), "sink"));
  gst_pad_send_event(pad.Get(), gst_event_new_eos());
}

bool RecordingPlan::AwaitFiles(std::chrono::milliseconds deadline) {
  std::unique_lock lock(mutex_);
  return files_closed_.wait_for(lock, deadline, [this] {
    return std::none_of(files_.begin(), files_.end(),
                        [](const File& file) { return file.asked_for; });
  });
}

void RecordingPlan::OnDisk(const GstStructure* facts) {
  const char* const reason = gst_structure_get_string(facts, "reason");
  const std::lock_guard lock(mutex_);
  disk_in_trouble_ = reason != nullptr;
  events_.emplace_back(DiskChanged{reason == nullptr ? "" : reason});
}

void RecordingPlan::OnWaiting(const GstStructure* facts) {
  const std::lock_guard lock(mutex_);
  waiting_for_ = gst_structure_get_string(facts, "for");
}

void RecordingPlan::OnBackend(const GstStructure* facts) {
  const std::lock_guard lock(mutex_);
  backend_ = gst_structure_get_string(facts, "server");
}

void RecordingPlan::RelieveBuffers() {
  const std::lock_guard lock(mutex_);
  if (!elements_.queue) return;
  const auto waiting = GetProperty<guint>(elements_.queue.Get(), "current-level-bytes");
  SetProperty(elements_.split.Get(), "dropping",
              waiting > elements_.queue_bytes / 4 * (disk_in_trouble_ ? 2 : 3));
}

std::optional<MonotonicTime> RecordingPlan::LastArrival() const {
  const std::lock_guard lock(mutex_);
  if (!elements_.split) return std::nullopt;
  const auto arrival = GetProperty<gint64>(elements_.split.Get(), "last-arrival");
  if (arrival == 0) return std::nullopt;
  return MonotonicTime(std::chrono::nanoseconds(arrival));
}

std::vector<RecordingEvent> RecordingPlan::TakeEvents() {
  const std::lock_guard lock(mutex_);
  return std::exchange(events_, {});
}

std::optional<Segment> RecordingPlan::Growing() const {
  const auto now = Now();
  if (!now || now->files.front().name.empty()) return std::nullopt;
  return now->files.front();
}

std::optional<RecordingNow> RecordingPlan::Now() const {
  const std::lock_guard lock(mutex_);
  if (files_.empty() || !elements_.split) return std::nullopt;
  const auto origin = GetProperty<gint64>(elements_.split.Get(), "origin-utc");
  const auto come = options_.memory != nullptr
                        ? options_.memory->Frames()
                        : GetProperty<guint64>(elements_.split.Get(), "frames");
  if (!come) return std::nullopt;
  const std::uint64_t frames = std::max<std::uint64_t>(*come, files_.back().first_frame);
  const int rate = files_.back().segment.rate;
  if (origin == 0 || rate <= 0) return std::nullopt;
  RecordingNow now{.files = {}, .frames = frames};
  for (size_t i = 0; i < files_.size(); ++i) {
    const std::uint64_t end = i + 1 < files_.size() ? files_[i + 1].first_frame : frames;
    now.files.push_back(files_[i].segment);
    now.files.back().frames = static_cast<std::int64_t>(end - files_[i].first_frame);
  }
  const guint64 length = gst_util_uint64_scale(frames, 1'000'000, static_cast<guint64>(rate));
  now.end = UtcTime(std::chrono::microseconds(origin) + std::chrono::microseconds(length));
  return now;
}

}  // namespace isr
