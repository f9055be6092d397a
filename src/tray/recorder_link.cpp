#include "tray/recorder_link.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "control/client.hpp"

namespace isr {
namespace {

/// The longest wait for audio that is to come, and a slow disk.
constexpr std::chrono::hours kPatience{2};

RecorderLink::State StateOf(const JsonValue& status) {
  const std::vector<JsonValue> sources = status["active"].Items();
  const bool is_paused =
      !sources.empty() && std::all_of(sources.begin(), sources.end(), [](const JsonValue& source) {
        return source["state"].String() == "paused";
      });
  return is_paused ? RecorderLink::State::kPaused : RecorderLink::State::kRecording;
}

}  // namespace

RecorderLink::RecorderLink(std::string socket)
    : socket_(std::move(socket)), asking_("isr-ask"), saving_("isr-save") {}

void RecorderLink::AskState(std::function<void(State state)> told) {
  asking_.Post([this, told = std::move(told)] {
    State state = State::kNotRunning;
    try {
      state = StateOf(ControlClient(socket_).Ask({.command = "status"})["status"]);
    } catch (const Error&) {
      // Nobody listens there.
    }
    mailbox_.Send([told, state] { told(state); });
  });
}

void RecorderLink::Ask(const ControlRequest& request,
                       std::function<void(std::string trouble)> done) {
  TaskThread& thread = request.command == "save" ? saving_ : asking_;
  thread.Post([this, request, done = std::move(done)] {
    std::string trouble;
    try {
      ControlClient(socket_, kPatience).Ask(request);
    } catch (const Error& error) {
      trouble = Describe(error);
    }
    mailbox_.Send([done, trouble] { done(trouble); });
  });
}

}  // namespace isr
