#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/local_console.hpp"
#include "app/recorder_set.hpp"
#include "app/replay_desk.hpp"
#include "app/status_file.hpp"
#include "app/web_server.hpp"
#include "base/clock.hpp"
#include "base/lock_file.hpp"
#include "catalogue/catalogue.hpp"
#include "config/settings.hpp"
#include "control/server.hpp"
#include "control/socket_address.hpp"
#include "glib/mailbox.hpp"
#include "glib/source_handle.hpp"
#include "http/event_hub.hpp"
#include "live/live_desk.hpp"
#include "recorder/foreign_files.hpp"
#include "recorder/repair.hpp"
#include "worker/stream_listener.hpp"

namespace isr {

struct DaemonOptions {
  std::function<Settings()> load_settings;  ///< again, for a reload; throws ConfigError
  std::string analyses_directory;           ///< absolute; of all tracks, or empty
  std::string web_directory;                ///< the page's files
  ControlSocket control_socket;
};

/// The composition root: owns everything that runs. Main thread only.
class Daemon final : StatusProvider, ControlService {
 public:
  /// Takes the state directory for itself; opens the catalogue, the control socket and the HTTP
  /// port. Throws Error.
  Daemon(const Settings& settings, DaemonOptions options);
  ~Daemon() override;

  /// Records and serves until SIGTERM, SIGINT or the command quit, then finishes every file.
  /// SIGHUP reloads. Returns the exit code.
  int Run();

  /// Whether threads were left behind in a driver: the process must then end by _exit.
  static bool HasHangingThreads();

 private:
  /// Has the last bytes of tracks written once nobody adds to them any more.
  struct DiskFinisher {
    ~DiskFinisher();
  };

  std::vector<SourceStatus> Status() override { return recorders_.Status(); }

  std::string StatusDocument() override;
  std::vector<std::string> SourceNames() override { return recorders_.Names(); }
  void Pause(const std::vector<std::string>& sources, std::function<void()> done) override;
  void Resume(const std::vector<std::string>& sources) override;
  void Reload(std::function<void(const ReloadResult&)> done) override;
  void Save(const SaveRequest& request, std::function<void(SaveAnswer)> done) override;
  std::vector<std::string> DesktopSourceNames() override;
  void SetSource(const std::string& name, const std::string& target) override;
  void Quit() override { BeginShutdown(); }

  void OpenControlSocket();
  void ReloadOnSignal();
  void ApplyWeb(const WebSettings& wanted);
  void LogPage() const;
  Settings LoadAgain() const;
  std::vector<Root> RootsOf(const Settings& settings) const;
  void RefuseWhileShuttingDown() const;
  void BeginShutdown();
  void OnLeftByEarlierRun(const Segment& segment);
  void WriteStatus();
  void GiveUpOnHangingDrivers();

  std::unique_ptr<ControlServer> control_;  ///< first: who waits for the end sees all of it
  const LockFile lock_;
  const DiskFinisher disk_finisher_;
  const DaemonOptions options_;
  Settings settings_;  ///< in force
  GMainLoop* loop_;
  Roots roots_;
  EventHub events_;
  Catalogue catalogue_;
  StatusFile status_file_;
  Mailbox mailbox_;
  ForeignFiles foreign_;
  Repairer repairer_;
  StreamListener listener_;
  LevelFiller filler_;
  LiveDesk live_;
  RecorderSet recorders_;
  ReplayDesk replay_;
  LocalConsole console_;
  bool shutting_down_ = false;
  int exit_code_ = 0;
  WebServer web_;
  std::vector<SourceHandle> signals_;
  SourceHandle status_timer_;
};

}  // namespace isr
