#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <gst/gst.h>

#include "base/clock.hpp"
#include "base/task_thread.hpp"
#include "glib/mailbox.hpp"
#include "glib/ref.hpp"
#include "glib/source_handle.hpp"

namespace isr {

/// One pipeline to be: how it is built, and what is read from it while it runs. Shared between the
/// main thread, the control thread and streaming threads, because a pipeline whose driver hangs
/// outlives everybody else; hence all of it is thread-safe.
class PipelinePlan {
 public:
  virtual ~PipelinePlan() = default;
  /// Control thread; may wait for a device. Called once. Throws Error.
  virtual Ref<GstElement> Build() = 0;
  /// In the thread that posts the message, before `gst_element_post_message` returns. Must be
  /// quick. Whether the owner is to hear of it.
  virtual bool OnElementMessage(GstMessage* message) = 0;
  /// When audio last came in; nothing before the first. Any thread.
  virtual std::optional<MonotonicTime> LastArrival() const = 0;
  /// What the source waits for quietly: it is not there, and will be recorded when it is. Empty:
  /// audio is to be expected. Any thread.
  virtual std::string WaitingFor() const { return {}; }
  /// Control thread: lets EOS begin its way to the sinks.
  virtual void EndStream() = 0;
  /// Control thread, after EOS: waits until the files are on the disk. False: not in time.
  virtual bool AwaitFiles(std::chrono::milliseconds deadline) = 0;
};

/// Runs one pipeline after another on a control thread of its own, the only caller of
/// gst_element_set_state, each under a deadline: a state change can wait as long as a disk or a
/// driver does, and nobody waits with it. All public calls in the main thread.
class PipelineRunner {
 public:
  enum class StopOutcome {
    kFinished,    ///< every sink saw EOS: files are complete
    kUnfinished,  ///< stopped, but without EOS in time: the last file needs repair
    kAbandoned,   ///< a state change missed its deadline; the pipeline is left behind
  };

  /// What the runner tells its owner. Main thread.
  class Client {
   public:
    virtual void OnPipelineMessage() = 0;                       ///< the plan has news
    virtual void OnPipelineFailed(const std::string& why) = 0;  ///< once; a Stop must follow
    virtual void OnPipelineEnded() = 0;                         ///< EOS by itself; Stop must follow
    virtual void OnPipelineStopped(StopOutcome outcome) = 0;    ///< after Stop, once

   protected:
    ~Client() = default;
  };

  /// `name`: of the control thread. `client` outlives the runner.
  PipelineRunner(const std::string& name, Client& client);
  /// Waits for the control thread, and for the pipeline's end when it was not stopped before.
  ~PipelineRunner();

  /// Builds and starts. Only when nothing runs.
  void Start(std::shared_ptr<PipelinePlan> plan);
  /// Ends the stream, waits for the files to be finished, tears down. Any time after Start.
  void Stop();

  /// Pipelines left behind by this process. Their threads may still run: leave by _exit.
  static int Abandoned();

 private:
  struct Watch;

  enum class Report { kMessage, kStarted, kFailed, kEnded, kFinished, kUnfinished };

  void ArmDeadline(std::chrono::milliseconds deadline);
  void Abandon();
  void OnReport(Report report, const std::string& text);
  void OnStopped(StopOutcome outcome);
  void LetGo();

  const std::string name_;
  Client& client_;
  int generation_ = 0;  ///< letters of earlier pipelines are not ours any more
  bool stopping_ = false;
  bool failed_ = false;
  std::shared_ptr<Watch> watch_;  // shared with the control and streaming threads
  Mailbox mailbox_;
  SourceHandle deadline_;
  std::unique_ptr<TaskThread> control_;
};

}  // namespace isr
