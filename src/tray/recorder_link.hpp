#pragma once

#include <functional>
#include <string>

#include "base/task_thread.hpp"
#include "control/protocol.hpp"
#include "glib/mailbox.hpp"

namespace isr {

/// Asks a running isr over its control socket, on threads of its own. Main thread only.
class RecorderLink {
 public:
  enum class State { kNotRunning, kPaused, kRecording };

  explicit RecorderLink(std::string socket);

  /// What it does; kRecording: at least one of its sources is not paused.
  void AskState(std::function<void(State state)> told);

  /// `done`: why it was not carried out; empty: it was.
  void Ask(const ControlRequest& request, std::function<void(std::string trouble)> done);

 private:
  const std::string socket_;
  Mailbox mailbox_;
  TaskThread asking_;  // these use the mailbox
  TaskThread saving_;  // which may take as long as it waits for audio
};

}  // namespace isr
