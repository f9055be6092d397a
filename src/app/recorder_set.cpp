#include "app/recorder_set.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace isr {
namespace {

/// How often levels are looked for that come ten times a second.
constexpr std::chrono::milliseconds kWatchInterval{50};

}  // namespace

RecorderSet::RecorderSet(const Roots& roots, Catalogue& catalogue, StreamListener& listener,
                         LevelFiller& filler, Observer& observer, const Clock& clock)
    : roots_(roots),
      catalogue_(catalogue),
      listener_(listener),
      filler_(filler),
      observer_(observer),
      clock_(clock) {}

void RecorderSet::Apply(const SettingsDiff& diff, const std::vector<SourceSettings>& sources) {
  for (const std::string& name : diff.removed) {
    Member* const member = Find(name);
    if (member == nullptr) continue;
    member->removed = true;
    member->recorder->Stop(Cause::kConfig);
  }
  for (const SourceSettings& source : diff.changed) {
    if (Member* const member = Find(source.name)) member->recorder->Restart(source);
  }
  for (const SourceSettings& source : diff.added) Add(source);

  const auto place = [&sources](const Member& member) {
    return std::find_if(sources.begin(), sources.end(), [&member](const SourceSettings& source) {
      return source.name == member.recorder->Name();
    });
  };
  std::stable_sort(members_.begin(), members_.end(),
                   [&place](const Member& a, const Member& b) { return place(a) < place(b); });
  SweepSoon();
}

void RecorderSet::Add(const SourceSettings& settings) {
  if (Member* const member = Find(settings.name)) {  // is being removed
    member->removed = false;
    member->recorder->Restart(settings);
    member->recorder->Start();
    return;
  }
  const auto changed = [this, name = settings.name] {
    SweepSoon();
    if (const Member* const member = Find(name)) observer_.OnSource(member->recorder->Status());
  };
  members_.push_back({std::make_unique<SourceRecorder>(settings, roots_, catalogue_, listener_,
                                                       filler_, observer_, clock_, changed)});
  members_.back().recorder->WatchLevels(watch_.IsActive());
  if (live_tap_of_) {
    members_.back().recorder->SetLiveTap(live_tap_of_(settings.name));
    members_.back().recorder->FollowLive(is_heard_(settings.name));
  }
  members_.back().recorder->Start();
}

void RecorderSet::WatchLevels(bool is_watched) {
  for (const Member& member : members_) member.recorder->WatchLevels(is_watched);
  listener_.WatchLevels(is_watched);
  watch_.Reset();
  if (!is_watched) return;
  watch_ = SourceHandle::Every(kWatchInterval, [this] {
    for (const Member& member : members_) member.recorder->TakeNews();
  });
}

void RecorderSet::Pause(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (Member* const member = Find(name)) member->recorder->Pause();
  }
}

void RecorderSet::Resume(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (Member* const member = Find(name)) member->recorder->Start();
  }
}

void RecorderSet::StopAll(std::function<void()> then) {
  for (const Member& member : members_) member.recorder->Stop(Cause::kStop);
  WhenAllSettled(std::move(then));
}

void RecorderSet::WhenAllSettled(std::function<void()> then) {
  std::vector<std::string> names;
  for (const Member& member : members_) names.push_back(member.recorder->Name());
  WhenSettled(std::move(names), std::move(then));
}

void RecorderSet::WhenSettled(std::vector<std::string> names, std::function<void()> then) {
  waiters_.push_back({std::move(names), std::move(then)});
  SweepSoon();
}

/// Later, because a recorder that has just changed is still at it.
void RecorderSet::SweepSoon() {
  if (sweep_.IsActive()) return;
  sweep_ = SourceHandle::After(std::chrono::milliseconds(0), [this] { Sweep(); });
}

void RecorderSet::Sweep() {
  sweep_.Reset();
  std::erase_if(members_, [this](const Member& member) {
    const bool is_gone = member.removed && member.recorder->IsSettled();
    if (is_gone) observer_.OnSourceRemoved(member.recorder->Name());
    return is_gone;
  });
  const auto first_ready =
      std::stable_partition(waiters_.begin(), waiters_.end(),
                            [this](const Waiter& waiter) { return !AreSettled(waiter.names); });
  const std::vector<Waiter> ready(std::make_move_iterator(first_ready),
                                  std::make_move_iterator(waiters_.end()));
  waiters_.erase(first_ready, waiters_.end());
  for (const Waiter& waiter : ready) waiter.then();
}

bool RecorderSet::AreSettled(const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [this](const std::string& name) {
    const Member* const member = Find(name);
    return member == nullptr || member->recorder->IsSettled();
  });
}

RecorderSet::Member* RecorderSet::Find(const std::string& name) {
  const auto found = std::find_if(members_.begin(), members_.end(), [&name](const Member& member) {
    return member.recorder->Name() == name;
  });
  return found == members_.end() ? nullptr : &*found;
}

SourceRecorder* RecorderSet::FindRecorder(const std::string& name) {
  Member* const member = Find(name);
  return member == nullptr ? nullptr : member->recorder.get();
}

std::vector<std::string> RecorderSet::Names() const {
  std::vector<std::string> names;
  for (const Member& member : members_) {
    if (!member.removed) names.push_back(member.recorder->Name());
  }
  return names;
}

std::vector<SourceStatus> RecorderSet::Status() const {
  std::vector<SourceStatus> all;
  for (const Member& member : members_) all.push_back(member.recorder->Status());
  return all;
}

}  // namespace isr
