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

constexpr std::string_view kAll = "all";

std::chrono::microseconds Length(double seconds) {
  return std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double>(seconds));
}

void CheckNumbers(const SaveRequest& request) {
  if (!(request.seconds > 0 && request.seconds <= kLongestSave)) {
    throw SaveError("bad-request",
                    fmt::format("'seconds' must be greater than 0, up to {}", kLongestSave));
  }
  if (!(request.post >= 0 && request.post <= kLongestPost)) {
    throw SaveError("bad-request", fmt::format("'post' must be from 0 to {}", kLongestPost));
  }
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

void ReplayDesk::Save(const SaveRequest& request, std::function<void(SaveAnswer)> done) {
  const UtcTime end = clock_.Utc() + Length(request.post);
  const MonotonicTime begin = clock_.Monotonic() + Length(request.post);
  CheckNumbers(request);
  CheckLabel(request.label);
  const std::vector<std::string> names = SourcesOf(request);
  if (waiting_.size() + background_.Backlog() > kMostWaiting) {
    throw SaveError("busy", "too much is being saved already; try again in a moment");
  }
  const auto order = std::make_shared<Order>();
  order->done = std::move(done);
  order->open = names.size();
  for (const std::string& name : names) {
    SourceRecorder* const recorder = recorders_.FindRecorder(name);
    waiting_.push_back({.job = {.source = recorder->Wanted(),
                                .replay = settings_,
                                .growing = {},
                                .end = end,
                                .seconds = request.seconds + request.post,
                                .label = request.label},
                        .begin = begin,
                        .deadline = begin + kPatience,
                        .order = order,
                        .place = order->results.size()});
    order->results.push_back({.source = name, .asked = request.seconds + request.post});
  }
  Look();
}

/// Takes what the source has from its begin on, up to now, into the job. Whether that is enough.
bool ReplayDesk::IsThere(Waiting& waiting) {
  const MonotonicTime now = clock_.Monotonic();
  if (now < waiting.begin) return false;
  SourceRecorder* const recorder = recorders_.FindRecorder(waiting.job.source.name);
  if (recorder == nullptr) return true;
  recorder->TakeNews();
  const auto recording = recorder->Now();
  if (!recording) {
    waiting.job.growing.clear();
    return true;
  }
  waiting.job.growing = recording->files;
  waiting.job.growing_end = recording->end;
  const bool has_names = std::none_of(recording->files.begin(), recording->files.end(),
                                      [](const Segment& file) { return file.name.empty(); });
  return (has_names && recording->end >= waiting.job.end) || now >= waiting.deadline;
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
  if (result.file) {
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
