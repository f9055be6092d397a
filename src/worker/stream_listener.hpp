#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sys/types.h>

#include "format/frame_tap.hpp"
#include "glib/mailbox.hpp"
#include "glib/source_handle.hpp"
#include "worker/message_socket.hpp"
#include "worker/wire.hpp"

namespace isr {

/// What hears of a stream's levels. Main thread.
class LevelReceiver {
 public:
  virtual ~LevelReceiver() = default;
  /// Those of a second may come in parts: what is missing came before, comes later, or never.
  virtual void OnLevels(std::uint32_t file, std::uint64_t second, const SecondOfLevels& levels) = 0;
  /// No more come of that file.
  virtual void OnLevelsDone(std::uint32_t file) = 0;
  /// What was on its way is lost; of what is recorded now more come, in a moment.
  virtual void OnLevelsLost() = 0;
  /// None come at all: why.
  virtual void OnNoLevels(const std::string& why) = 0;
};

/// Has a process of its own (this program's command `listen`) listen along with the coded streams,
/// and starts it again when it crashes or hangs: no stream can hurt more than the levels of the
/// others, for a moment. Main thread, but for the taps.
class StreamListener {
 public:
  StreamListener();
  ~StreamListener();

  /// A tap for one run of a source. `receiver` hears of it as long as it is there. While the worker
  /// is away, or does not keep up, frames pass by, and the levels of that time are missing.
  std::shared_ptr<FrameTap> Open(std::weak_ptr<LevelReceiver> receiver);

  /// Whether levels are wanted ten times a second, rather than once.
  void WatchLevels(bool is_watched);

  /// Calls `then`, later, when the levels of all that went to the taps have come, or none have for
  /// two seconds. One at a time.
  void WhenHeard(std::function<void()> then);

 private:
  class Link;
  class Tap;

  void StartWorker();
  void SayWatched();
  void StopWorker();
  void Lost(const std::string& why);
  void Receive();
  void Handle(const WireMessage& message);
  void Watch();
  void FlushSoon();
  void SayHeard();

  Mailbox mailbox_;
  const std::shared_ptr<Link> link_;  // shared with the taps
  std::map<std::uint32_t, std::weak_ptr<LevelReceiver>> receivers_;
  std::uint32_t next_stream_ = 1;
  MessageSocket socket_;  ///< for receiving; the link has a copy for sending
  pid_t process_ = -1;
  std::chrono::steady_clock::time_point started_;    ///< the worker
  std::chrono::steady_clock::time_point last_sign_;  ///< of life
  int losses_ = 0;                                   ///< in a row
  bool is_watched_ = false;
  SourceHandle readable_;
  SourceHandle writable_;
  SourceHandle watch_;
  SourceHandle restart_;
  std::function<void()> heard_;  ///< who waits for the last levels
  SourceHandle give_up_;
};

}  // namespace isr
