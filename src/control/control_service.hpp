#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "model/save.hpp"

namespace isr {

/// A command that is not carried out. The text is for people, the code for programs:
///
///     bad-request      not a request, or not a command
///     too-long         a line longer than is read
///     unknown-source   no source of that name
///     config           the config has problems; they are listed
///     shutting-down    isr is about to end
///     internal         a fault of isr
///
/// and those of SaveError.
class CommandError : public Error {
 public:
  CommandError(std::string code, const std::string& message, std::vector<std::string> problems = {})
      : Error(message), code_(std::move(code)), problems_(std::move(problems)) {}
  const std::string& Code() const { return code_; }
  const std::vector<std::string>& Problems() const { return problems_; }

 private:
  std::string code_;
  std::vector<std::string> problems_;
};

/// What a reload came to. Sources by name, settings by key.
struct ReloadResult {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> restarted;
  std::vector<std::string> after_restart;  ///< changed, but in force only after a restart of isr
};

/// What the control socket can ask of the daemon. Main thread. What throws CommandError has changed
/// nothing. A callback may come at once or later, or never when the daemon ends before.
class ControlService {
 public:
  virtual ~ControlService() = default;

  /// JSON, as in status.json.
  virtual std::string StatusDocument() = 0;
  /// In the order of the config.
  virtual std::vector<std::string> SourceNames() = 0;

  /// Ends the files of these sources; `done` when they are finished. A source that is paused stays
  /// so, also over a reload, until Resume or a restart of the daemon. Throws CommandError.
  virtual void Pause(const std::vector<std::string>& sources, std::function<void()> done) = 0;
  /// Records again; for a source that does already it changes nothing. Throws CommandError.
  virtual void Resume(const std::vector<std::string>& sources) = 0;
  /// Reads the config again; `done` when everything that changed is in force. Throws CommandError.
  virtual void Reload(std::function<void(const ReloadResult&)> done) = 0;
  /// As SaveService; throws CommandError as well.
  virtual void Save(const SaveRequest& request, std::function<void(SaveAnswer)> done) = 0;
  /// Those of SourceNames that record what a sound server plays or hears.
  virtual std::vector<std::string> DesktopSourceNames() = 0;
  /// What one of them records from now on, as `source` in the config; until the next reload. Throws
  /// CommandError.
  virtual void SetSource(const std::string& name, const std::string& target) = 0;
  /// Begins to end the daemon.
  virtual void Quit() = 0;
};

}  // namespace isr
