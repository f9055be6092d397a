#include "app/daemon.hpp"

#include <csignal>
#include <filesystem>
#include <system_error>

#include <glib.h>

#include "base/error.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "app";

const std::string& MadeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw SystemError("cannot make the directory '" + path + "'", error.value());
  return path;
}

}  // namespace

Daemon::Daemon(const Settings& settings, const std::string& web_directory)
    : settings_(settings),
      loop_(g_main_loop_new(nullptr, FALSE)),
      catalogue_(settings.state_directory, MadeDirectory(settings.output_directory)) {
  (void)web_directory;
  for (const SourceSettings& source : settings_.sources) {
    recorders_.push_back(std::make_unique<SourceRecorder>(source, settings_.output_directory,
                                                          catalogue_, SystemClock()));
  }
}

Daemon::~Daemon() { g_main_loop_unref(loop_); }

int Daemon::Run() {
  for (const int number : {SIGTERM, SIGINT}) {
    signals_.push_back(SourceHandle::OnSignal(number, [this] { BeginShutdown(); }));
  }
  catalogue_.Scan();
  running_recorders_ = recorders_.size();
  for (const auto& recorder : recorders_) recorder->Start();
  LogInfo(kDomain, "isr {} records {} sources to {}", ISR_VERSION, recorders_.size(),
          settings_.output_directory);
  g_main_loop_run(loop_);
  LogInfo(kDomain, "stopped");
  return 0;
}

void Daemon::BeginShutdown() {
  if (shutting_down_) return;
  shutting_down_ = true;
  LogInfo(kDomain, "stopping: finishing {} files", recorders_.size());
  for (const auto& recorder : recorders_) recorder->Stop([this] { OnRecorderStopped(); });
}

void Daemon::OnRecorderStopped() {
  if (--running_recorders_ == 0) g_main_loop_quit(loop_);
}

}  // namespace isr
