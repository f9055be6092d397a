#pragma once

#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "control/protocol.hpp"
#include "glib/json_value.hpp"

namespace isr {

/// A connection to the daemon's control socket, for the commands. Blocks.
class ControlClient {
 public:
  /// Throws Error that says what to do when nobody answers at `path`. `timeout`: for each answer.
  explicit ControlClient(const std::string& path,
                         std::chrono::milliseconds timeout = std::chrono::seconds(10));

  /// The answer to a request. Throws CommandError when the daemon does not carry it out, Error when
  /// it does not answer.
  JsonValue Ask(const ControlRequest& request);

  /// Until the daemon has ended. Throws Error when that takes longer than `timeout`.
  void WaitForEnd(std::chrono::milliseconds timeout);

 private:
  void Send(std::string_view bytes);
  std::string ReadLine();
  bool Read(MonotonicTime deadline);
  void Poll(short events, MonotonicTime deadline);

  const std::string path_;
  const std::chrono::milliseconds timeout_;
  Fd fd_;
  std::string in_;
};

}  // namespace isr
