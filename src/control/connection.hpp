#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "base/fd.hpp"
#include "glib/source_handle.hpp"

namespace isr {

/// One client of the control socket: reads a line, has it answered, writes the answer, reads on.
/// One line at a time and one a turn of the main loop: who sends many at once holds up nobody.
/// Main thread only.
class ControlConnection {
 public:
  struct Limits {
    size_t line = 64 * 1024;                    ///< bytes of a request
    std::chrono::milliseconds patience{10000};  ///< for a whole request, and for taking the answer
  };
  class Owner {
   public:
    /// `Answer` must follow, at once or later.
    virtual void OnRequest(ControlConnection& connection, const std::string& line) = 0;
    /// It is over. Destroying the connection has to wait for the next turn of the main loop.
    virtual void OnEnded(ControlConnection& connection) = 0;

   protected:
    ~Owner() = default;
  };

  /// `fd`: a connected socket that does not block. `owner` outlives the connection.
  ControlConnection(Fd fd, Limits limits, Owner& owner);

  void Answer(std::string line);

 private:
  void ReadOn();
  void OnReadable();
  void OnWritable();
  void TakeLine();
  void Refuse();
  void ArmDeadline();
  void End();

  const Limits limits_;
  Owner& owner_;
  std::string in_;
  std::string out_;
  bool refused_ = false;  ///< ends after the answer
  Fd fd_;
  SourceHandle readable_;
  SourceHandle writable_;
  SourceHandle deadline_;
};

}  // namespace isr
