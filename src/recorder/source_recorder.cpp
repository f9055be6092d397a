#include "recorder/source_recorder.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/chrono.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "glib/log.hpp"
#include "level/decibel.hpp"
#include "level/window_grid.hpp"
#include "model/save.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "recorder";

/// How stale a growing file's row may be.
constexpr std::chrono::seconds kGrowthInterval{30};

/// How often levels are taken from the plans, and the buffers before a full disk are looked at.
constexpr std::chrono::milliseconds kTickInterval{1000};

/// So much later a server may send again what it sent before the run ended.
constexpr std::chrono::minutes kLongestBurst{1};

Supervisor::Options SupervisionOf(const SourceSettings& settings) {
  return {.name = settings.name,
          .retry = {.max_retries = settings.max_retries,
                    .delay = settings.retry_delay,
                    .backoff = settings.retry_backoff},
          .stall = settings.stall};
}

DetectorOptions DetectionOf(const SourceSettings& settings) {
  return {.rule = settings.detector == "percentile" ? DetectorOptions::Rule::kPercentile
                                                    : DetectorOptions::Rule::kAdaptive,
          .margin = settings.margin,
          .min_gap = settings.min_gap};
}

AudioBuffer::Options MemoryOf(const SourceSettings& settings) {
  AudioBuffer::Options options{.seconds = std::chrono::duration<double>(settings.replay).count(),
                               .as_flac = settings.replay_format == "flac"};
  std::visit(
      [&options](const auto& specific) {
        if constexpr (requires { specific.bits; }) {
          options.pcm = {
              .rate = specific.sample_rate, .channels = specific.channels, .bits = specific.bits};
        }
      },
      settings.specific);
  options.as_flac &= options.pcm.rate > 0;
  return options;
}

std::string TextOf(UtcTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", std::chrono::floor<std::chrono::seconds>(time));
}

double Seconds(std::chrono::microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Of the windows that are there; nothing when none is.
std::optional<SoundLevel> LevelOf(const std::string& source, const LevelsHeard& heard,
                                  std::int16_t floor) {
  constexpr double kPerDecibel = kHundredths;
  SoundLevel level{.source = source, .file = heard.name};
  std::int16_t peak = kMissingLevel;
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < heard.levels.size(); ++i) {
    const LevelWindow& window = heard.levels[i];
    if (window.rms == kMissingLevel) continue;
    ++level.windows;
    level.power += std::pow(10, window.rms / kPerDecibel / 10);
    peak = std::max(peak, window.peak);
    end = heard.window + i + 1;
  }
  if (level.windows == 0) return std::nullopt;
  level.power /= level.windows;
  level.peak = peak / kPerDecibel;
  level.position = static_cast<double>(end) / kWindowsPerSecond;
  level.time = heard.start + std::chrono::round<std::chrono::microseconds>(kWindowLength * end);
  if (floor != kMissingLevel) level.floor = floor / kPerDecibel;
  return level;
}

}  // namespace

SourceRecorder::SourceRecorder(SourceSettings settings, const Roots& roots, Catalogue& catalogue,
                               StreamListener& listener, LevelFiller& filler, Observer& observer,
                               const Clock& clock, std::function<void()> changed)
    : wanted_(std::move(settings)),
      settings_(wanted_),
      roots_(roots),
      catalogue_(catalogue),
      listener_(listener),
      filler_(filler),
      observer_(observer),
      clock_(clock),
      state_since_(clock.Utc()),
      changed_(std::move(changed)),
      ticks_(SourceHandle::Every(kTickInterval, [this] { Tick(); })),
      supervisor_(SupervisionOf(wanted_), *this, clock) {
  BeginFinding();
}

SourceRecorder::~SourceRecorder() {
  changed_ = [] {};  // who is told then would find us half gone
  Guarded("~SourceRecorder", [this] {
    OnPlanMessage();
    events_->Finish();
  });
}

void SourceRecorder::Restart(SourceSettings settings) {
  wanted_ = std::move(settings);
  supervisor_.Restart(SupervisionOf(wanted_));
}

std::shared_ptr<PipelinePlan> SourceRecorder::MakePlan(Cause begin) {
  const bool finds_otherwise = DetectionOf(wanted_) != DetectionOf(settings_);
  const SourceTypeSettings before = std::exchange(settings_, wanted_).specific;
  if (finds_otherwise) BeginFinding();
  EnterRoot(roots_.ForSource(settings_.name));
  PrepareMemory(before);
  plan_ = std::make_shared<RecordingPlan>(
      settings_,
      RecordingPlan::Options{.root = root_,
                             .begin = begin,
                             .history = history_,
                             .disk = disk_,
                             .last_run = last_run_,
                             .memory = memory_ == nullptr ? nullptr : memory_->BeginRun()});
  plan_->WatchLevels(is_watched_);
  plan_->SetLiveTap(live_tap_);
  plan_->FollowLive(is_live_);
  if (std::holds_alternative<StreamSettings>(settings_.specific) && settings_.analyse) {
    plan_->SetTap(listener_.Open(plan_));
  }
  growth_timer_ = SourceHandle::Every(kGrowthInterval, [this] { ReportGrowth(); });
  return plan_;
}

/// What is in memory stays, so long as the same is to be in there.
void SourceRecorder::PrepareMemory(const SourceTypeSettings& before) {
  const AudioBuffer::Options options = MemoryOf(settings_);
  const bool is_same = memory_ != nullptr && memory_->Settings() == options;
  if (!settings_.record && is_same && before == settings_.specific) return;
  memory_ = settings_.record ? nullptr : std::make_shared<AudioBuffer>(options);
}

std::shared_ptr<const AudioBuffer::Hold> SourceRecorder::KeepMemory(double seconds) {
  return memory_ == nullptr ? nullptr : memory_->Keep(seconds);
}

/// Looks at the disk only when the root is another than before.
void SourceRecorder::EnterRoot(const Root& root) {
  if (disk_ != nullptr && root == root_) return;
  root_ = root;
  try {
    disk_ = DiskWriter::ForDirectory(root_.analyses, {});
  } catch (const Error& error) {
    // Any writer does; isrfilesink meets the same trouble, and its source is tried again.
    LogWarning(kDomain, "{}: {}", settings_.name, error.what());
    disk_ = DiskWriter::ForDirectory("/", {});
  }
}

std::int64_t SourceRecorder::FileSize(const std::string& name) const {
  std::error_code error;
  const auto size = std::filesystem::file_size(root_.PathOf(name), error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

void SourceRecorder::BeginFinding() {
  if (events_ != nullptr) events_->Finish();
  events_ = std::make_unique<EventFinder>(
      DetectionOf(settings_),
      [this](const SourceSection& section) {
        LogDebug(kDomain, "{}: an event begins at {}", Name(), TextOf(section.start.time));
      },
      [this](const SourceSection& section) {
        LogDebug(kDomain, "{}: an event from {} for {:.1f} s, {:.1f} dB over the noise floor",
                 Name(), TextOf(section.start.time), Seconds(section.end.time - section.start.time),
                 section.score);
        catalogue_.EventFound({.source = Name(),
                               .start = section.start.time,
                               .end = section.end.time,
                               .score = section.score,
                               .prominence = section.prominence});
      });
}

void SourceRecorder::Tick() {
  OnPlanMessage();
  if (plan_ != nullptr) {
    plan_->RelieveBuffers();
  } else {
    events_->Pass(clock_.Utc() - kLongestBurst);
  }
}

/// Of the run before, levels may still come.
void SourceRecorder::OnPlanMessage() {
  for (const auto& plan : {last_plan_, plan_}) {
    if (plan == nullptr) continue;
    for (const RecordingEvent& event : plan->TakeEvents()) {
      std::visit([this](const auto& one) { Handle(one); }, event);
    }
  }
}

void SourceRecorder::WatchLevels(bool is_watched) {
  is_watched_ = is_watched;
  if (plan_ != nullptr) plan_->WatchLevels(is_watched);
}

void SourceRecorder::FollowLive(bool is_heard) {
  is_live_ = is_heard;
  if (plan_ != nullptr) plan_->FollowLive(is_heard);
}

void SourceRecorder::Handle(const LevelsHeard& event) {
  std::vector<std::int16_t> detection;
  detection.reserve(event.levels.size());
  for (const LevelWindow& level : event.levels) detection.push_back(level.detection);
  if (memory_ == nullptr)
    events_->Heard(event.name, static_cast<std::int64_t>(event.window), detection);
  if (const auto level = LevelOf(Name(), event, events_->Floor())) observer_.OnLevel(*level);
}

void SourceRecorder::Handle(const FileOpened& event) {
  const Segment& segment = event.segment;
  if (memory_ != nullptr) {
    LogDebug(kDomain, "{}: heard ({})", settings_.name, ToWord(segment.began));
    NoteGapBefore(event);
    return changed_();
  }
  LogInfo(kDomain, "{}: recording {} ({})", settings_.name, segment.name, ToWord(segment.began));
  NoteGapBefore(event);
  events_->Began(segment);
  catalogue_.SegmentBegan(segment);
  changed_();
}

void SourceRecorder::Handle(const FileClosed& event) {
  if (event.last) {
    last_ = event.segment;
    return;
  }
  catalogue_.SegmentEnded(event.segment);
  if (settings_.analyse) filler_.Later(event.segment);
  changed_();
}

void SourceRecorder::Handle(const AudioLost& event) {
  LogWarning(kDomain, "{}: {:.3f} s of audio lost ({}); recording goes on", settings_.name,
             Seconds(event.gap.end - event.gap.start), ToWord(event.gap.cause));
  NoteGap(event.gap);
  changed_();
}

void SourceRecorder::NoteGap(const Gap& gap) {
  if (memory_ == nullptr) {
    catalogue_.GapFound(gap);
  } else if (gap.end > gap.start) {
    memory_->NoteGap(gap);
  }
  if (gap.end > gap.start) last_gap_ = gap;
}

void SourceRecorder::Handle(const DiskChanged& event) {
  disk_trouble_ = event.trouble;
  if (event.trouble.empty()) {
    LogInfo(kDomain, "{}: the disk takes the recording again", settings_.name);
  } else {
    LogWarning(kDomain, "{}: cannot write ({}), trying again every second", settings_.name,
               event.trouble);
  }
  changed_();
}

/// Said once, however many runs it lasts.
void SourceRecorder::Handle(const LevelsChanged& event) {
  const std::string before = std::exchange(level_trouble_, event.trouble);
  if (event.trouble == before) return;
  if (event.trouble.empty()) {
    LogInfo(kDomain, "{}: levels come again", settings_.name);
  } else {
    LogWarning(kDomain, "{}: no levels ({}); the recording goes on", settings_.name, event.trouble);
  }
}

void SourceRecorder::Handle(const ClockStepped& event) {
  LogWarning(kDomain, "{}: the clock was set by {:+.3f} s; the next boundary follows it",
             settings_.name, Seconds(event.by));
}

void SourceRecorder::Handle(const TitleHeard& event) {
  LogDebug(kDomain, "{}: plays '{}'", settings_.name, event.title.text);
  if (memory_ == nullptr) catalogue_.TitleFound(event.name, event.title);
  // One that goes on begins anew with each file.
  if (std::exchange(title_, event.title.text) != event.title.text) changed_();
}

/// What is missing between the last run and this one's first file.
void SourceRecorder::NoteGapBefore(const FileOpened& event) {
  last_run_.reset();
  if (!event.gap_before) return;
  const Gap& gap = *event.gap_before;
  const std::string name = memory_ == nullptr ? event.segment.name : "what comes now";
  if (gap.end == gap.start) {
    LogInfo(kDomain, "{}: nothing is missing before {}", settings_.name, name);
  } else {
    LogInfo(kDomain, "{}: {:.3f} s are missing before {}", settings_.name,
            Seconds(gap.end - gap.start), name);
  }
  NoteGap(gap);
}

void SourceRecorder::ReportGrowth() {
  const std::optional<Segment> growing = plan_->Growing();
  if (!growing.has_value()) return;
  catalogue_.SegmentGrew(growing->name, growing->frames, FileSize(growing->name));
}

void SourceRecorder::OnStateChanged(SourceState state, const std::string& message) {
  state_since_ = clock_.Utc();
  message_ = message;
  const bool is_quiet = state == SourceState::kWaiting && plan_ != nullptr;  // a run waits
  if (is_quiet) {
    LogInfo(kDomain, "{}: {}", Name(), message);
  } else if (state == SourceState::kWaiting || state == SourceState::kStopped) {
    if (!message.empty()) LogWarning(kDomain, "{}: {}", Name(), message);
  } else if (state == SourceState::kPaused) {
    LogInfo(kDomain, "{}: paused", Name());
  } else {
    LogDebug(kDomain, "{}: {}", Name(), ToWord(state));
  }
  changed_();
}

void SourceRecorder::OnRunOver(Cause end) {
  growth_timer_.Reset();
  OnPlanMessage();
  if (memory_ != nullptr) {
    // A run in which nothing came is part of the gap.
    if (const auto ended = plan_->End()) {
      last_run_ = {*ended, end};
    } else if (const auto now = plan_->Now()) {
      last_run_ = {now->end, end};
    }
  } else if (last_.has_value()) {
    FinishLast(*std::exchange(last_, std::nullopt), end);
  } else if (std::optional<Segment> cut_off = plan_->Growing()) {
    // Not finished in time: it stays as far as it was written.
    LogWarning(kDomain, "{}: {} could not be finished; the next start repairs it", settings_.name,
               cut_off->name);
    // What did not reach the disk is welcome when the server sends it again.
    history_->Clear();
    FinishLast(*std::move(cut_off), std::nullopt);
  }
  // Of what is in memory alone no file's levels are awaited; the plan would keep all of it there.
  last_plan_ = memory_ == nullptr ? std::move(plan_) : nullptr;
  plan_.reset();
  disk_trouble_.clear();
  title_.clear();
  changed_();
}

/// `end`: none for a file that was left unfinished.
void SourceRecorder::FinishLast(Segment segment, std::optional<Cause> end) {
  segment.ended = end;
  segment.growing = false;
  segment.bytes = FileSize(segment.name);
  const auto length = std::chrono::round<std::chrono::microseconds>(
      std::chrono::duration<double>(segment.Duration()));
  if (end) plan_->EndTrack(segment);
  last_run_ = {plan_->End().value_or(segment.start + length), end.value_or(Cause::kCrash)};
  if (end && settings_.analyse) filler_.Later(segment);
  catalogue_.SegmentEnded(std::move(segment));
}

SourceStatus SourceRecorder::Status() const {
  SourceStatus status{.name = wanted_.name,
                      .type = wanted_.type,
                      .state = supervisor_.State(),
                      .since = state_since_,
                      .message = message_,
                      .reconnects = supervisor_.Reconnects(),
                      .title = title_,
                      .disk = disk_trouble_,
                      .last_gap = last_gap_};
  if (const auto* desktop = std::get_if<DesktopSettings>(&wanted_.specific)) {
    status.target = desktop->source;
    if (plan_ != nullptr) status.backend = plan_->Backend();
  }
  const double replay = std::chrono::duration<double>(wanted_.replay).count();
  status.replay = replay > 0 ? replay : kSaveSeconds;
  if (memory_ != nullptr) status.memory = memory_->Fill();
  const std::optional<Segment> growing = plan_ == nullptr ? std::nullopt : plan_->Growing();
  if (!growing.has_value()) return status;
  status.file = growing->name;
  status.format = growing->format;
  status.file_start = growing->start;
  status.frames = growing->frames;
  status.rate = growing->rate;
  return status;
}

}  // namespace isr
