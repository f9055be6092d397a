#pragma once

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <string>

#include "catalogue/catalogue.hpp"
#include "catalogue/roots.hpp"
#include "model/segment.hpp"

namespace isr {

/// Makes the tracks of files that somebody copied into the recordings, when they are first wanted;
/// each once, however many want it. Any thread.
class Measurements {
 public:
  enum class Outcome {
    kMeasured,
    kNoAudio,  ///< no decoder reads it
    kHangs,    ///< its decoder says nothing
  };
  struct Result {
    Outcome outcome = Outcome::kMeasured;
    std::string trouble;  ///< why not
  };

  /// Both outlive it.
  Measurements(const Roots& roots, Catalogue& catalogue) : roots_(roots), catalogue_(catalogue) {}
  Measurements(const Measurements&) = delete;
  Measurements& operator=(const Measurements&) = delete;

  /// Whether it is a foreign file without a track, or with one that is older than the file. Waits
  /// for the disk.
  bool AreWanted(const Segment& segment) const;

  /// Waits for the decoder. What could not be decoded is not tried again as long as the file stays
  /// the same. Throws Error when no process can be started or the track cannot be written.
  Result Measure(const Segment& segment);

  /// Those under way end at once, without a track.
  void Stop() { stopping_ = true; }

 private:
  Result MeasureNow(const std::string& name);

  const Roots& roots_;
  Catalogue& catalogue_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::map<std::string, std::shared_future<Result>> under_way_;  // protected by mutex_; by name
  /// By name and state of the file: what is tried no more.
  std::map<std::string, Result> failed_;  // protected by mutex_
};

}  // namespace isr
