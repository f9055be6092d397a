#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/settings_diff.hpp"
#include "base/clock.hpp"
#include "catalogue/catalogue.hpp"
#include "glib/source_handle.hpp"
#include "model/observer.hpp"
#include "model/source_status.hpp"
#include "recorder/source_recorder.hpp"

namespace isr {

/// The recorders of all sources. Each command may come while the one before is still waiting for
/// files to be finished: a source that was removed may come back, one that restarts may change once
/// more. Main thread only.
class RecorderSet {
 public:
  /// All of them outlive the set.
  RecorderSet(const Roots& roots, Catalogue& catalogue, StreamListener& listener,
              LevelFiller& filler, Observer& observer, const Clock& clock);

  /// Adds, restarts and removes what changed, and puts all in the order of `sources`, which are
  /// all that are wanted.
  void Apply(const SettingsDiff& diff, const std::vector<SourceSettings>& sources);
  void Pause(const std::vector<std::string>& names);
  void Resume(const std::vector<std::string>& names);
  /// For good. Calls `then`, later, when all files are finished.
  void StopAll(std::function<void()> then);

  /// `tap_of`: who hears a source while somebody listens to it live, and `is_heard` whether that is
  /// so now. Before Apply.
  void SetLiveTaps(std::function<std::shared_ptr<AudioTap>(const std::string& source)> tap_of,
                   std::function<bool(const std::string& source)> is_heard) {
    live_tap_of_ = std::move(tap_of);
    is_heard_ = std::move(is_heard);
  }
  /// Whether the observer wants levels ten times a second, rather than once.
  void WatchLevels(bool is_watched);

  /// Calls `then`, later, when no run of these sources goes on that a command has ended. A command
  /// that comes meanwhile may put it off.
  void WhenSettled(std::vector<std::string> names, std::function<void()> then);
  /// The same of all, those that are being removed too.
  void WhenAllSettled(std::function<void()> then);

  /// With those that are being removed; nullptr when there is none of that name.
  SourceRecorder* FindRecorder(const std::string& name);
  /// Without those that are being removed.
  std::vector<std::string> Names() const;
  /// With those that are being removed.
  std::vector<SourceStatus> Status() const;

 private:
  struct Member {
    std::unique_ptr<SourceRecorder> recorder;
    bool removed = false;  ///< goes when it has settled
  };
  struct Waiter {
    std::vector<std::string> names;
    std::function<void()> then;
  };

  Member* Find(const std::string& name);
  void Add(const SourceSettings& settings);
  void SweepSoon();
  void Sweep();
  bool AreSettled(const std::vector<std::string>& names);

  const Roots& roots_;
  Catalogue& catalogue_;
  StreamListener& listener_;
  LevelFiller& filler_;
  Observer& observer_;
  const Clock& clock_;
  std::function<std::shared_ptr<AudioTap>(const std::string&)> live_tap_of_;
  std::function<bool(const std::string& source)> is_heard_;
  std::vector<Member> members_;
  std::vector<Waiter> waiters_;
  SourceHandle sweep_;
  SourceHandle watch_;  ///< runs while levels are watched
};

}  // namespace isr
