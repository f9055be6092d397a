#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "app/recorder_set.hpp"
#include "base/clock.hpp"
#include "catalogue/catalogue.hpp"
#include "config/settings.hpp"
#include "glib/source_handle.hpp"
#include "http/background.hpp"
#include "model/save.hpp"
#include "replay/save_document.hpp"

namespace isr {

/// Saves what sources have just recorded: waits until their audio has come as far as it is wanted,
/// then has the files made on threads of its own. Main thread only.
class ReplayDesk final : public SaveService {
 public:
  /// All of them outlive the desk.
  ReplayDesk(RecorderSet& recorders, const Roots& roots, Catalogue& catalogue, const Clock& clock);

  /// Gives up what is under way.
  ~ReplayDesk() override;

  /// For the saves that begin from now on.
  void Apply(const ReplaySettings& settings) { settings_ = settings; }

  /// Who is told of each file that was saved, and of each that was not.
  void OnSaved(std::function<void(const SaveResult&)> tell) { tell_ = std::move(tell); }

  /// The same end, and the same length, for all sources.
  void Save(const SaveRequest& request, std::function<void(SaveAnswer)> done) override;
  SaveCounts Counts() const override { return counts_; }
  std::string Directory() const override { return settings_.directory; }

 private:
  struct Order {
    std::vector<SaveResult> results;  ///< in the order of the request
    size_t open = 0;                  ///< of them, not there yet
    std::function<void(SaveAnswer)> done;
  };
  struct Waiting {
    SaveJob job;
    MonotonicTime begin{};         ///< not looked at before
    MonotonicTime deadline{};      ///< not waited any longer
    std::shared_ptr<Order> order;  // shared by the jobs of a request
    size_t place = 0;              ///< in the order
  };

  std::vector<std::string> SourcesOf(const SaveRequest& request) const;
  SaveRequest WithDefaults(SaveRequest request, const std::vector<std::string>& names);
  void Look();
  bool IsThere(Waiting& waiting);
  void Begin(Waiting waiting);
  void Finish(const std::shared_ptr<Order>& order, size_t place, SaveResult result);

  RecorderSet& recorders_;
  const Roots& roots_;
  Catalogue& catalogue_;
  const Clock& clock_;
  ReplaySettings settings_;
  std::function<void(const SaveResult&)> tell_;
  SaveCounts counts_;
  std::vector<Waiting> waiting_;
  SourceHandle look_;
  std::atomic<bool> is_over_ = false;
  Background background_;  // last: its threads use the rest
};

}  // namespace isr
