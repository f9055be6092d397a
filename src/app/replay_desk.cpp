#include "app/replay_desk.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "glib/log.hpp"
#include "replay/save_job.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "replay";
constexpr size_t kThreads = 4;
constexpr size_t kMostWaiting = 1000;  ///< who asks may have left long ago

/// How often the sources are asked how far they have come, while a save waits for them.
constexpr std::chrono::milliseconds kLookInterval{5};

/// So far may a source's audio lag behind its time: that of a server which sends by the second.
constexpr std::chrono::milliseconds kPatience{2000};

/// Seconds that are kept before those that are wanted: clocks differ.
constexpr double kBehind = 1;

constexpr std::string_view kAll = "all";

double Seconds(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::chrono::microseconds Length(double seconds) {
  return std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double>(seconds));
}

void CheckNumbers(const SaveRequest& request) {
  if (!(*request.seconds > 0 && *request.seconds <= kLongestSave)) {
    throw SaveError("bad-request",
                    fmt::format("'seconds' must be greater than 0, up to {}", kLongestSave));
  }
  if (!(*request.post >= 0 && *request.post <= kLongestPost)) {
    throw SaveError("bad-request", fmt::format("'post' must be from 0 to {}", kLongestPost));
  }
}

bool HaveNames(const std::vector<Segment>& files) {
  return std::none_of(files.begin(), files.end(),
                      [](const Segment& file) { return file.name.empty(); });
}

/// What the source has by now; `recording`: none when nothing is added to it any more.
void TakeAll(SaveJob& job, const std::optional<RecordingNow>& recording) {
  job.audio_end.reset();
  job.growing.clear();
  if (recording) job.audio_end = recording->end;
  if (job.memory == nullptr) {
    if (recording) job.growing = recording->files;
    return;
  }
  job.held = job.memory->Segments(recording ? std::optional(recording->frames) : std::nullopt);
  job.gaps = job.memory->Gaps();
}

/// The label of a file is a line, not a book.
void CheckLabel(const std::string& label) {
  constexpr size_t kLongestLabel = 1000;
  if (label.size() > kLongestLabel) {
    throw SaveError("bad-request", fmt::format("'label' has more than {} bytes", kLongestLabel));
  }
}

}  // namespace

ReplayDesk::ReplayDesk(RecorderSet& recorders, const Roots& roots, Catalogue& catalogue,
                       const Clock& clock)
    : recorders_(recorders),
      roots_(roots),
      catalogue_(catalogue),
      clock_(clock),
      background_(kThreads) {}

ReplayDesk::~ReplayDesk() {
  is_over_ = true;
}

std::vector<std::string> ReplayDesk::SourcesOf(const SaveRequest& request) const {
  std::vector<std::string> names = recorders_.Names();
  if (names.empty()) throw SaveError("nothing-recorded", "nothing is recorded here");
  const auto& asked = request.sources;
  const bool is_all = std::find(asked.begin(), asked.end(), kAll) != asked.end();
  if (asked.empty() && names.size() > 1) {
    throw SaveError("bad-request",
                    fmt::format("which source? all, or one of {}", fmt::join(names, ", ")));
  }
  for (const std::string& name : asked) {
    if (name == kAll || std::find(names.begin(), names.end(), name) != names.end()) continue;
    const auto nearest = NearestName(name, names);
    throw SaveError(
        "unknown-source",
        nearest ? fmt::format("no source '{}'; did you mean '{}'?", name, *nearest)
                : fmt::format("no source '{}'; there are: {}", name, fmt::join(names, ", ")));
  }
  if (asked.empty() || is_all) return names;
  std::erase_if(names, [&asked](const std::string& name) {
    return std::find(asked.begin(), asked.end(), name) == asked.end();
  });
  return names;
}

/// Those of several sources are as long as the longest.
SaveRequest ReplayDesk::WithDefaults(SaveRequest request, const std::vector<std::string>& names) {
  double seconds = 0;
  double post = 0;
  for (const std::string& name : names) {
    const SourceSettings& source = recorders_.FindRecorder(name)->Wanted();
    const double own = Seconds(source.replay);
    seconds = std::max(seconds, own > 0 ? own : kSaveSeconds);
    post = std::max(post, Seconds(source.post));
  }
  for (const std::string& name : names) {
    const SourceSettings& source = recorders_.FindRecorder(name)->Wanted();
    if (!source.record) post = std::min(post, Seconds(source.replay));
  }
  if (!request.seconds) request.seconds = seconds;
  if (!request.post) request.post = post;
  for (const std::string& name : names) {
    const SourceSettings& source = recorders_.FindRecorder(name)->Wanted();
    const double own = Seconds(source.replay);
    if (source.record || *request.post <= own) continue;
    throw SaveError("bad-request", fmt::format("'{}' is in memory alone: 'post' can be up to its "
                                               "replay_seconds, {}",
                                               name, own));
  }
  return request;
}

void ReplayDesk::Save(const SaveRequest& asked, std::function<void(SaveAnswer)> done) {
  const UtcTime now = clock_.Utc();
  const MonotonicTime now_monotonic = clock_.Monotonic();
  CheckLabel(asked.label);
  const std::vector<std::string> names = SourcesOf(asked);
  const SaveRequest request = WithDefaults(asked, names);
  CheckNumbers(request);
  const UtcTime end = now + Length(*request.post);
  const MonotonicTime begin = now_monotonic + Length(*request.post);
  const double seconds = *request.seconds + *request.post;
  if (waiting_.size() + background_.Backlog() > kMostWaiting) {
    throw SaveError("busy", "too much is being saved already; try again in a moment");
  }
  const auto order = std::make_shared<Order>();
  order->done = std::move(done);
  order->open = names.size();
  counts_.under_way += static_cast<int>(names.size());
  for (const std::string& name : names) {
    SourceRecorder* const recorder = recorders_.FindRecorder(name);
    waiting_.push_back({.job = {.source = recorder->InForce(),
                                .replay = settings_,
                                .growing = {},
                                .memory = recorder->KeepMemory(*request.seconds + kBehind),
                                .end = end,
                                .seconds = seconds,
                                .label = request.label},
                        .begin = begin,
                        .deadline = begin + kPatience,
                        .order = order,
                        .place = order->results.size()});
    order->results.push_back({.source = name, .asked = seconds});
  }
  Look();
}

/// Whether the source has come far enough; then the job has what it has.
bool ReplayDesk::IsThere(Waiting& waiting) {
  const MonotonicTime now = clock_.Monotonic();
  if (now < waiting.begin) return false;
  SourceRecorder* const recorder = recorders_.FindRecorder(waiting.job.source.name);
  const auto& memory = waiting.job.memory;
  if (recorder == nullptr || (memory != nullptr && !recorder->Fills(*memory))) {
    TakeAll(waiting.job, std::nullopt);
    return true;
  }
  recorder->TakeNews();
  const auto recording = recorder->Now();
  const bool is_enough =
      !recording || now >= waiting.deadline ||
      (recording->end >= waiting.job.end && (memory != nullptr || HaveNames(recording->files)));
  if (is_enough) TakeAll(waiting.job, recording);
  return is_enough;
}

void ReplayDesk::Look() {
  std::vector<Waiting> still;
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (IsThere(waiting)) {
      Begin(std::move(waiting));
    } else {
      still.push_back(std::move(waiting));
    }
  }
  waiting_ = std::move(still);
  if (waiting_.empty()) {
    look_.Reset();
  } else if (!look_.IsActive()) {
    look_ = SourceHandle::Every(kLookInterval, [this] { Look(); });
  }
}

void ReplayDesk::Begin(Waiting waiting) {
  background_.Run([this, waiting = std::move(waiting)] {
    SaveResult result{.source = waiting.job.source.name, .asked = waiting.job.seconds};
    try {
      result.file = RunSave(waiting.job, roots_, catalogue_, is_over_);
    } catch (const SaveError& error) {
      result.error = error;
    } catch (const std::exception& error) {
      result.error = SaveError("internal", error.what());
    }
    return [this, order = waiting.order, place = waiting.place, result = std::move(result)] {
      Finish(order, place, result);
    };
  });
}

void ReplayDesk::Finish(const std::shared_ptr<Order>& order, size_t place, SaveResult result) {
  --counts_.under_way;
  ++(result.file ? counts_.saved : counts_.failed);
  if (result.file) {
    counts_.last = result.file->path;
    LogInfo(kDomain, "{}: saved {:.3f} s as {}", result.source, result.file->seconds,
            result.file->path);
  } else {
    LogWarning(kDomain, "{}: not saved: {}", result.source, result.error->what());
  }
  if (tell_) tell_(result);
  order->results[place] = std::move(result);
  if (--order->open > 0) return;
  SaveAnswer answer{.saves = SaveDocument(order->results), .error = {}};
  const auto is_saved = [](const SaveResult& one) { return one.file.has_value(); };
  if (std::none_of(order->results.begin(), order->results.end(), is_saved)) {
    answer.error = order->results.front().error;
  }
  order->done(std::move(answer));
}

}  // namespace isr
