#include "pipeline/pipeline_runner.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "base/text.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kDomain = "pipeline";

/// For a device to open.
constexpr milliseconds kStartDeadline = seconds(15);
/// For EOS to reach the sinks, and for the last file to be on the disk; then the pipeline is torn
/// down as it is.
constexpr milliseconds kEosDeadline = seconds(3);
constexpr milliseconds kFilesDeadline = seconds(4);
/// For these and the state change after them.
constexpr milliseconds kStopDeadline = seconds(9);

std::atomic<int> g_abandoned = 0;

/// What GStreamer says of a source that gave up without a word (a refused connection, say).
bool SaysNothing(const GError* error) {
  return g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED) != FALSE &&
         g_str_has_prefix(error->message, "Internal data stream") != FALSE;
}

/// The trouble as part of a sentence.
std::string TextOf(GstMessage* message) {
  GError* error = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  std::string text = SaysNothing(error) ? "cannot read from the source" : error->message;
  if (text.ends_with('.')) text.pop_back();
  if (debug != nullptr) LogDebug(kDomain, "{}", debug);
  g_error_free(error);
  g_free(debug);
  return text;
}

}  // namespace

/// What outlives the runner with an abandoned pipeline: touched by the control thread and by
/// whoever posts on the bus.
struct PipelineRunner::Watch : std::enable_shared_from_this<Watch> {
  Watch(PipelineRunner* owner, int number, std::shared_ptr<PipelinePlan> p)
      : runner(owner), generation(number), plan(std::move(p)) {}

  void Send(Report report, std::string text = "") {
    const std::lock_guard lock(mutex);
    if (runner == nullptr) return;
    runner->mailbox_.Send([r = runner, g = generation, report, t = std::move(text)] {
      if (g == r->generation_) r->OnReport(report, t);
    });
  }

  void Start();
  void Stop();
  void FinishStart() const;
  void OnMessage(GstMessage* message);
  bool WaitForEos();
  static GstBusSyncReply OnBusMessage(GstBus* bus, GstMessage* message, gpointer self) noexcept;

  std::mutex mutex;
  std::condition_variable ended_changed;
  PipelineRunner* runner;  // protected by mutex; nullptr once stopped or abandoned
  bool ended = false;      // protected by mutex: EOS reached every sink

  const int generation;
  const std::shared_ptr<PipelinePlan> plan;
  Ref<GstElement> pipeline;            // control thread
  std::shared_ptr<Watch> kept_by_bus;  // while it has our handler
};

GstBusSyncReply PipelineRunner::Watch::OnBusMessage(GstBus* /*bus*/, GstMessage* message,
                                                    gpointer self) noexcept {
  Guarded("bus", [&] { static_cast<Watch*>(self)->OnMessage(message); });
  gst_message_unref(message);
  return GST_BUS_DROP;
}

void PipelineRunner::Watch::OnMessage(GstMessage* message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ELEMENT:
      if (plan->OnElementMessage(message)) Send(Report::kMessage);
      break;
    case GST_MESSAGE_ERROR:
      Send(Report::kFailed, TextOf(message));
      break;
    case GST_MESSAGE_EOS: {
      {
        const std::lock_guard lock(mutex);
        ended = true;
      }
      ended_changed.notify_all();
      Send(Report::kEnded);
      break;
    }
    default:
      break;
  }
}

void PipelineRunner::Watch::Start() {
  try {
    pipeline = plan->Build();
  } catch (const std::exception& error) {
    Send(Report::kFailed, Describe(error));
    return;
  }
  const auto bus = Ref<GstBus>::Adopt(gst_element_get_bus(pipeline.Get()));
  // The bus keeps us until it lets the handler go, which may be behind a message under way.
  kept_by_bus = shared_from_this();
  gst_bus_set_sync_handler(bus.Get(), OnBusMessage, this, [](gpointer self) {
    const auto last = std::move(static_cast<Watch*>(self)->kept_by_bus);
  });
  if (gst_element_set_state(pipeline.Get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    Send(Report::kFailed, "cannot start");
  }
  Send(Report::kStarted);
}

/// An error on the way to PLAYING stops the pipeline there, and with it the audio that has come.
void PipelineRunner::Watch::FinishStart() const {
  GstState state = GST_STATE_NULL;
  gst_element_get_state(pipeline.Get(), &state, nullptr, 0);
  if (state < GST_STATE_PLAYING) gst_element_set_state(pipeline.Get(), GST_STATE_PLAYING);
}

bool PipelineRunner::Watch::WaitForEos() {
  std::unique_lock lock(mutex);
  return ended_changed.wait_for(lock, kEosDeadline, [this] { return ended; });
}

void PipelineRunner::Watch::Stop() {
  bool finished = true;
  if (pipeline) {
    // Without audio there is no file to finish.
    if (plan->LastArrival().has_value()) {
      FinishStart();
      plan->EndStream();
      finished = WaitForEos() && plan->AwaitFiles(kFilesDeadline);
    }
    gst_element_set_state(pipeline.Get(), GST_STATE_NULL);
    // Breaks the circle bus -> handler -> watch -> pipeline.
    const auto bus = Ref<GstBus>::Adopt(gst_element_get_bus(pipeline.Get()));
    gst_bus_set_sync_handler(bus.Get(), nullptr, nullptr, nullptr);
    pipeline = {};
  }
  Send(finished ? Report::kFinished : Report::kUnfinished);
}

PipelineRunner::PipelineRunner(const std::string& name, Client& client)
    : name_(name), client_(client), control_(std::make_unique<TaskThread>(name)) {}

PipelineRunner::~PipelineRunner() {
  Stop();
  control_.reset();
  if (watch_ != nullptr) LetGo();
}

int PipelineRunner::Abandoned() {
  return g_abandoned;
}

void PipelineRunner::Start(std::shared_ptr<PipelinePlan> plan) {
  stopping_ = false;
  failed_ = false;
  watch_ = std::make_shared<Watch>(this, ++generation_, std::move(plan));
  ArmDeadline(kStartDeadline);
  control_->Post([watch = watch_] { watch->Start(); });
}

void PipelineRunner::Stop() {
  if (stopping_ || watch_ == nullptr) return;
  stopping_ = true;
  ArmDeadline(kStopDeadline);
  control_->Post([watch = watch_] { watch->Stop(); });
}

void PipelineRunner::ArmDeadline(milliseconds deadline) {
  deadline_ = SourceHandle::After(deadline, [this] { Abandon(); });
}

/// The control thread hangs in a state change. It keeps its pipeline; we go on with a new thread.
void PipelineRunner::Abandon() {
  LogError(kDomain, "{}: a state change does not return; leaving this pipeline behind", name_);
  ++g_abandoned;
  // Never joined: it may hang for as long as the driver does.
  [[maybe_unused]] const TaskThread* const left_behind = control_.release();
  control_ = std::make_unique<TaskThread>(name_);
  OnStopped(StopOutcome::kAbandoned);
}

void PipelineRunner::OnReport(Report report, const std::string& text) {
  switch (report) {
    case Report::kMessage:
      client_.OnPipelineMessage();
      break;
    case Report::kStarted:
      if (!stopping_) deadline_.Reset();
      break;
    case Report::kFailed:
      if (!stopping_ && !std::exchange(failed_, true)) {
        client_.OnPipelineFailed(HideUrlPasswords(text));
      }
      break;
    case Report::kEnded:
      if (!stopping_ && !failed_) client_.OnPipelineEnded();
      break;
    case Report::kFinished:
      OnStopped(StopOutcome::kFinished);
      break;
    case Report::kUnfinished:
      OnStopped(StopOutcome::kUnfinished);
      break;
  }
}

/// Whoever is still posting a message (a disk's thread, say) may outlive us from here on.
void PipelineRunner::LetGo() {
  const std::lock_guard lock(watch_->mutex);
  watch_->runner = nullptr;
}

void PipelineRunner::OnStopped(StopOutcome outcome) {
  deadline_.Reset();
  LetGo();
  ++generation_;
  watch_.reset();
  client_.OnPipelineStopped(outcome);
}

}  // namespace isr
