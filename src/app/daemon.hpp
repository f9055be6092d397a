#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/status_file.hpp"
#include "base/clock.hpp"
#include "catalogue/catalogue.hpp"
#include "config/settings.hpp"
#include "glib/source_handle.hpp"
#include "http/server.hpp"
#include "recorder/repair.hpp"
#include "recorder/source_recorder.hpp"

namespace isr {

/// The composition root: owns everything that runs. Main thread only.
class Daemon final : StatusProvider {
 public:
  /// Opens the catalogue and the HTTP port. `web_directory`: the page's files. Throws Error.
  Daemon(const Settings& settings, const std::string& web_directory);
  ~Daemon();

  /// Records and serves until SIGTERM or SIGINT, then finishes every file. Returns the exit code.
  int Run();

  /// Whether threads were left behind in a driver: the process must then end by _exit.
  static bool HasHangingThreads();

 private:
  std::vector<SourceStatus> Status() override;

  void BeginShutdown();
  void OnRecorderStopped();
  void WriteStatus();
  void GiveUpOnHangingDrivers();

  const Settings settings_;
  GMainLoop* loop_;
  Catalogue catalogue_;
  StatusFile status_file_;
  Repairer repairer_;
  std::vector<std::unique_ptr<SourceRecorder>> recorders_;
  size_t running_recorders_ = 0;
  bool shutting_down_ = false;
  int exit_code_ = 0;
  std::unique_ptr<HttpServer> http_;  // none with http_port = 0
  std::vector<SourceHandle> signals_;
  SourceHandle status_timer_;
};

}  // namespace isr
