#include "app/daemon.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <glib.h>

#include "app/recording_roots.hpp"
#include "app/settings_diff.hpp"
#include "base/error.hpp"
#include "config/directories.hpp"
#include "config/problem.hpp"
#include "disk/disk_writer.hpp"
#include "glib/log.hpp"
#include "http/status_document.hpp"
#include "pipeline/pipeline_runner.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "app";
constexpr std::chrono::seconds kStatusInterval{2};

/// A disk that takes longer is in trouble.
constexpr std::chrono::seconds kFinishPatience{5};

/// Pipelines left behind in a hanging driver; then a new process is better than this one.
constexpr int kMaxAbandoned = 3;
constexpr int kExitAbandoned = 70;  // EX_SOFTWARE

const std::string& MadeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw SystemError("cannot make the directory '" + path + "'", error.value());
  return path;
}

/// One daemon at a time: two would take each other's files for those of a crash.
LockFile TakeStateDirectory(const std::string& path) {
  LockFile lock(MadeDirectory(path) + "/isr.lock");
  if (lock.State() == LockFile::Outcome::kUnsupported) {
    LogWarning(kDomain, "'{}' is on a file system without locks; a second isr would not be noticed",
               path);
  }
  if (lock.State() != LockFile::Outcome::kTaken) return lock;
  const std::string who =
      lock.Holder().has_value() ? fmt::format(" (process {})", *lock.Holder()) : std::string();
  throw Error(
      fmt::format("another isr{} already records with the state directory '{}'; stop it, "
                  "or give this one a state_directory of its own",
                  who, path));
}

std::vector<std::string> NamesOf(const std::vector<SourceSettings>& sources) {
  std::vector<std::string> names;
  for (const SourceSettings& source : sources) names.push_back(source.name);
  return names;
}

std::string OrNone(const std::vector<std::string>& names) {
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

/// With the general folder where it is, sources may lie in one another that would not afterwards.
void RefuseOverlaps(Settings settings, const std::vector<SourceSettings>& sources) {
  settings.sources = sources;
  const auto problems = DirectoryProblems(settings);
  if (problems.empty()) return;
  throw CommandError("config", fmt::format("output_directory of [{}]: {}; or restart isr",
                                           problems.front().source, problems.front().text));
}

void LogReload(const ReloadResult& result) {
  LogInfo(kDomain, "reloaded; added: {}; restarted: {}; removed: {}", OrNone(result.added),
          OrNone(result.restarted), OrNone(result.removed));
  if (result.after_restart.empty()) return;
  LogWarning(kDomain, "takes effect after a restart of isr: {}", OrNone(result.after_restart));
}

LiveRules LiveRulesOf(const LiveSettings& live) {
  return {.profile = {.codec = live.codec,
                      .bitrate = std::min(live.bitrate, live.opus_max_average_bitrate),
                      .max_playback_rate = live.opus_max_playback_rate,
                      .cbr = live.opus_cbr,
                      .inband_fec = live.opus_inband_fec,
                      .dtx = live.opus_dtx,
                      .stereo = live.stereo},
          .most_bitrate = live.opus_max_average_bitrate,
          .max_listeners = static_cast<std::size_t>(live.max_listeners),
          .first_port = live.first_udp_port,
          .last_port = live.last_udp_port,
          .stun_server = live.stun_server,
          .turn_server = live.turn_server};
}

}  // namespace

Daemon::Daemon(const Settings& settings, DaemonOptions options)
    : lock_(TakeStateDirectory(settings.state_directory)),
      options_(std::move(options)),
      settings_(settings),
      loop_(g_main_loop_new(nullptr, FALSE)),
      roots_(RootsOf(settings)),
      catalogue_(settings.state_directory, roots_, &events_),
      status_file_(MadeDirectory(settings.output_directory)),
      foreign_(roots_, catalogue_),
      repairer_(
          roots_, catalogue_,
          [this](const Segment& segment) {
            mailbox_.Send([this, segment] { OnLeftByEarlierRun(segment); });
          },
          [this] { foreign_.Look(); }),
      filler_(roots_),
      live_({.program = FindLiveProgram()},
            [this](const std::string& source, bool is_heard) {
              if (auto* const recorder = recorders_.FindRecorder(source)) {
                recorder->FollowLive(is_heard);
              }
            }),
      recorders_(roots_, catalogue_, listener_, filler_, events_, SystemClock()),
      replay_(recorders_, roots_, catalogue_, SystemClock()),
      console_(replay_),
      web_({.catalogue = catalogue_,
            .status = *this,
            .roots = roots_,
            .events = events_,
            .web_directory = options_.web_directory,
            .saves = &replay_,
            .live = &live_},
           settings.state_directory) {
  events_.OnWatched([this](bool is_watched) { recorders_.WatchLevels(is_watched); });
  recorders_.SetLiveTaps([this](const std::string& source) { return live_.TapOf(source); },
                         [this](const std::string& source) { return live_.IsHeard(source); });
  replay_.OnSaved([this](const SaveResult& result) { console_.Tell(result); });
  replay_.Apply(settings_.replay);
  live_.Apply(LiveRulesOf(settings_.live));
  console_.Apply(settings_.button, settings_.notifications);
  OpenControlSocket();
  web_.Apply(settings_.web);
}

Daemon::DiskFinisher::~DiskFinisher() {
  DiskWriter::FinishAll(kFinishPatience);
}

Daemon::~Daemon() {
  events_.OnWatched(nullptr);  // the recorders go first
  g_main_loop_unref(loop_);
}

/// Recording is worth more than the commands: without a socket it goes on.
void Daemon::OpenControlSocket() {
  const ControlSocket& socket = options_.control_socket;
  ControlService& service = *this;
  bool is_taken = false;
  try {
    is_taken = IsControlSocketAlive(socket.path);
    if (!is_taken) control_ = std::make_unique<ControlServer>(socket, service);
  } catch (const Error& error) {
    LogWarning(kDomain, "{}; recording without it: isr status and the like will not work",
               Describe(error));
  }
  if (is_taken) throw Error(fmt::format("another isr already answers at '{}'", socket.path));
}

int Daemon::Run() {
  for (const int number : {SIGTERM, SIGINT}) {
    signals_.push_back(SourceHandle::OnSignal(number, [this] { BeginShutdown(); }));
  }
  signals_.push_back(SourceHandle::OnSignal(SIGHUP, [this] { ReloadOnSignal(); }));
  recorders_.Apply({.added = settings_.sources}, settings_.sources);
  repairer_.Start();
  WriteStatus();
  status_timer_ = SourceHandle::Every(kStatusInterval, [this] {
    WriteStatus();
    GiveUpOnHangingDrivers();
  });
  LogInfo(kDomain, "isr {} {} {}; sources: {}", ISR_VERSION,
          settings_.sources.empty() ? "serves" : "records to", settings_.output_directory,
          settings_.sources.size());
  LogPage();
  g_main_loop_run(loop_);
  // While we still have the lock: the next daemon may have its own socket there afterwards.
  if (control_ != nullptr) control_->StopListening();
  LogInfo(kDomain, "stopped");
  return exit_code_;
}

void Daemon::LogPage() const {
  if (const auto address = web_.Address(); !address.empty()) {
    LogInfo(kDomain, "the page is at {}", address);
  }
}

std::vector<Root> Daemon::RootsOf(const Settings& settings) const {
  return isr::RootsOf(settings, options_.analyses_directory);
}

bool Daemon::HasHangingThreads() {
  return PipelineRunner::Abandoned() > 0;
}

void Daemon::BeginShutdown() {
  if (shutting_down_) return;
  shutting_down_ = true;
  LogInfo(kDomain, "stopping: finishing the files");
  recorders_.StopAll([this] { listener_.WhenHeard([this] { g_main_loop_quit(loop_); }); });
}

void Daemon::RefuseWhileShuttingDown() const {
  if (!shutting_down_) return;
  throw CommandError("shutting-down", "isr is stopping; nothing was changed");
}

std::string Daemon::StatusDocument() {
  return isr::StatusDocument(Status(), replay_.Counts(), SystemClock().Utc());
}

void Daemon::Pause(const std::vector<std::string>& sources, std::function<void()> done) {
  RefuseWhileShuttingDown();
  LogInfo(kDomain, "command: pause {}", OrNone(sources));
  recorders_.Pause(sources);
  recorders_.WhenSettled(sources, std::move(done));
}

void Daemon::Resume(const std::vector<std::string>& sources) {
  RefuseWhileShuttingDown();
  LogInfo(kDomain, "command: resume {}", OrNone(sources));
  recorders_.Resume(sources);
}

void Daemon::Save(const SaveRequest& request, std::function<void(SaveAnswer)> done) {
  RefuseWhileShuttingDown();
  replay_.Save(request, std::move(done));
}

void Daemon::SetSource(const std::string& name, const std::string& target) {
  RefuseWhileShuttingDown();
  for (SourceSettings& source : settings_.sources) {
    auto* const desktop = std::get_if<DesktopSettings>(&source.specific);
    if (source.name != name || desktop == nullptr) continue;
    LogInfo(kDomain, "command: set-source {} {}", name, target);
    if (desktop->source == target) return;
    desktop->source = target;
    return recorders_.FindRecorder(name)->Restart(source);
  }
  throw CommandError("bad-request",
                     fmt::format("'{}' does not record what a sound server plays", name));
}

std::vector<std::string> Daemon::DesktopSourceNames() {
  std::vector<std::string> names;
  for (const SourceSettings& source : settings_.sources) {
    if (std::holds_alternative<DesktopSettings>(source.specific)) names.push_back(source.name);
  }
  return names;
}

Settings Daemon::LoadAgain() const {
  try {
    return options_.load_settings();
  } catch (const ConfigError& error) {
    std::vector<std::string> problems;
    for (const Problem& problem : error.Problems()) {
      problems.push_back(ToString(problem));
      LogError(kDomain, "{}", problems.back());
    }
    const std::string text = "the config has problems; the settings in force stay";
    LogError(kDomain, "{}", text);
    throw CommandError("config", text, std::move(problems));
  }
}

/// What is in force is what was last wanted, whether all of it runs already or not: a reload while
/// another still ends files builds on that one.
void Daemon::Reload(std::function<void(const ReloadResult&)> done) {
  RefuseWhileShuttingDown();
  const Settings wanted = LoadAgain();
  const SettingsDiff diff = Compare(settings_, wanted);
  RefuseOverlaps(settings_, diff.sources);
  ApplyWeb(wanted.web);
  settings_.replay = wanted.replay;
  settings_.live = wanted.live;
  live_.Apply(LiveRulesOf(settings_.live));
  settings_.button = wanted.button;
  settings_.notifications = wanted.notifications;
  console_.Apply(settings_.button, settings_.notifications);
  replay_.Apply(settings_.replay);
  settings_.sources = diff.sources;
  const std::vector<Root> roots = RootsOf(settings_);
  const bool has_other_roots = roots != roots_.All();
  roots_.Replace(roots);
  settings_.log_level = wanted.log_level;
  SetLogThreshold(wanted.log_level);
  recorders_.Apply(diff, settings_.sources);
  if (has_other_roots) {
    repairer_.Start();
  } else {
    catalogue_.Scan();
    foreign_.Look();
  }
  const ReloadResult result{.added = NamesOf(diff.added),
                            .removed = diff.removed,
                            .restarted = NamesOf(diff.changed),
                            .after_restart = diff.after_restart};
  LogReload(result);
  // Also what an earlier reload began: who comes back from this one finds the config in force.
  recorders_.WhenAllSettled([done = std::move(done), result] { done(result); });
}

/// When it fails, the page is where it was, and nothing else has changed either.
void Daemon::ApplyWeb(const WebSettings& wanted) {
  const std::string before = web_.Address();
  try {
    web_.Apply(wanted);
  } catch (const Error& error) {
    LogError(kDomain, "{}; the settings in force stay", Describe(error));
    throw CommandError("config", Describe(error));
  }
  settings_.web = wanted;
  if (web_.Address() != before) LogPage();
}

void Daemon::ReloadOnSignal() {
  try {
    Reload([](const ReloadResult& /*result*/) {});
  } catch (const CommandError& error) {
    if (error.Code() != "config") LogWarning(kDomain, "SIGHUP: {}", error.what());
  }
}

void Daemon::GiveUpOnHangingDrivers() {
  if (shutting_down_ || PipelineRunner::Abandoned() < kMaxAbandoned) return;
  LogError(kDomain, "{} pipelines hang; ending, to be started afresh", PipelineRunner::Abandoned());
  exit_code_ = kExitAbandoned;
  BeginShutdown();
}

void Daemon::OnLeftByEarlierRun(const Segment& segment) {
  const auto& sources = settings_.sources;
  const bool wants_levels =
      std::any_of(sources.begin(), sources.end(), [&segment](const SourceSettings& source) {
        return source.name == segment.source && source.analyse;
      });
  if (wants_levels) filler_.Soon(segment);
}

void Daemon::WriteStatus() {
  status_file_.Write(StatusDocument());
}

}  // namespace isr
