#include "app/daemon.hpp"

#include <csignal>
#include <filesystem>
#include <system_error>

#include <glib.h>

#include "base/error.hpp"
#include "glib/log.hpp"
#include "http/status_document.hpp"
#include "pipeline/pipeline_runner.hpp"
#include "recorder/plain_repair.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "app";
constexpr std::chrono::seconds kStatusInterval{2};

/// Pipelines left behind in a hanging driver; then a new process is better than this one.
constexpr int kMaxAbandoned = 3;
constexpr int kExitAbandoned = 70;  // EX_SOFTWARE

const std::string& MadeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw SystemError("cannot make the directory '" + path + "'", error.value());
  return path;
}

/// An IPv6 address in a URL stands in brackets.
std::string HostInUrl(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

Daemon::Daemon(const Settings& settings, const std::string& web_directory)
    : settings_(settings),
      loop_(g_main_loop_new(nullptr, FALSE)),
      catalogue_(settings.state_directory, MadeDirectory(settings.output_directory)),
      status_file_(settings.output_directory),
      repairer_(settings.output_directory, catalogue_, RepairPlainly) {
  for (const SourceSettings& source : settings_.sources) {
    recorders_.push_back(std::make_unique<SourceRecorder>(source, settings_.output_directory,
                                                          catalogue_, SystemClock()));
  }
  if (settings_.http_port == 0) return;
  http_ = std::make_unique<HttpServer>(
      HttpServerOptions{.bind = settings_.http_bind, .port = settings_.http_port},
      HttpServices{.catalogue = catalogue_,
                   .status = *this,
                   .output_directory = settings_.output_directory,
                   .web_directory = web_directory});
}

Daemon::~Daemon() {
  g_main_loop_unref(loop_);
}

int Daemon::Run() {
  for (const int number : {SIGTERM, SIGINT}) {
    signals_.push_back(SourceHandle::OnSignal(number, [this] { BeginShutdown(); }));
  }
  running_recorders_ = recorders_.size();
  for (const auto& recorder : recorders_) recorder->Start();
  repairer_.Start();
  WriteStatus();
  status_timer_ = SourceHandle::Every(kStatusInterval, [this] {
    WriteStatus();
    GiveUpOnHangingDrivers();
  });
  LogInfo(kDomain, "isr {} records to {}; sources: {}", ISR_VERSION, settings_.output_directory,
          recorders_.size());
  if (http_ != nullptr) {
    LogInfo(kDomain, "the page is at http://{}:{}/", HostInUrl(settings_.http_bind), http_->Port());
  }
  g_main_loop_run(loop_);
  LogInfo(kDomain, "stopped");
  return exit_code_;
}

bool Daemon::HasHangingThreads() {
  return PipelineRunner::Abandoned() > 0;
}

void Daemon::BeginShutdown() {
  if (shutting_down_) return;
  shutting_down_ = true;
  LogInfo(kDomain, "stopping: finishing the files");
  for (const auto& recorder : recorders_) recorder->Stop([this] { OnRecorderStopped(); });
}

void Daemon::OnRecorderStopped() {
  if (--running_recorders_ == 0) g_main_loop_quit(loop_);
}

std::vector<SourceStatus> Daemon::Status() {
  std::vector<SourceStatus> all;
  for (const auto& recorder : recorders_) all.push_back(recorder->Status());
  return all;
}

void Daemon::GiveUpOnHangingDrivers() {
  if (shutting_down_ || PipelineRunner::Abandoned() < kMaxAbandoned) return;
  LogError(kDomain, "{} pipelines hang; ending, to be started afresh", PipelineRunner::Abandoned());
  exit_code_ = kExitAbandoned;
  BeginShutdown();
}

void Daemon::WriteStatus() {
  status_file_.Write(StatusDocument(Status(), SystemClock().Utc()));
}

}  // namespace isr
