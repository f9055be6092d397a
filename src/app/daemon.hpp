#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "catalogue/catalogue.hpp"
#include "config/settings.hpp"
#include "glib/source_handle.hpp"
#include "recorder/source_recorder.hpp"

namespace isr {

/// The composition root: owns everything that runs. Main thread only.
class Daemon final {
 public:
  /// Opens the catalogue and the HTTP port. `web_directory`: the page's files. Throws Error.
  Daemon(const Settings& settings, const std::string& web_directory);
  ~Daemon();

  /// Records and serves until SIGTERM or SIGINT, then finishes every file. Returns the exit code.
  int Run();

 private:
  void BeginShutdown();
  void OnRecorderStopped();

  const Settings settings_;
  GMainLoop* loop_;
  Catalogue catalogue_;
  std::vector<std::unique_ptr<SourceRecorder>> recorders_;
  size_t running_recorders_ = 0;
  bool shutting_down_ = false;
  std::vector<SourceHandle> signals_;
};

}  // namespace isr
