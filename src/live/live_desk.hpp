#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <sys/types.h>

#include "glib/source_handle.hpp"
#include "live/live_feed.hpp"
#include "live/live_message.hpp"
#include "model/live.hpp"
#include "worker/message_socket.hpp"

namespace isr {

/// Has isr-live, a process of its own, let browsers hear the sources: starts it for the first
/// listener, and again after a crash or a hang, which the browsers that listened answer by asking
/// anew. Main thread.
class LiveDesk final : public LiveService {
 public:
  struct Options {
    std::string program;                ///< the path of isr-live; empty: it is not installed
    std::chrono::seconds patience{20};  ///< an isr-live silent for longer hangs
  };

  /// `follow`: who is told when the first listens to a source, and when the last has left.
  LiveDesk(Options options, std::function<void(const std::string& source, bool is_heard)> follow);
  ~LiveDesk() override;

  /// Gives the source's audio to those who listen; the same for all of its runs.
  std::shared_ptr<AudioTap> TapOf(const std::string& source);
  bool IsHeard(const std::string& source) const;

  /// For those who come from now on.
  void Apply(LiveRules rules) { rules_ = std::move(rules); }

  void Listen(const LiveRequest& request, std::function<void(LiveAnswer)> done) override;
  bool End(const std::string& session) override;

 private:
  struct Session {
    std::string name;  ///< cannot be guessed
    std::string source;
    std::function<void(LiveAnswer)> done;  ///< none once it has its answer
    SourceHandle deadline;                 ///< of the answer
  };

  LiveFeed& FeedOf(const std::string& source);
  void StartProgram();
  void StopProgram();
  void Lost(const std::string& why);
  void Receive();
  void Handle(const LiveMessage& message);
  void Answer(std::uint32_t id, LiveAnswer answer);
  void Drop(std::uint32_t id);
  void Watch();

  const Options options_;
  const std::function<void(const std::string&, bool)> follow_;
  LiveRules rules_;
  const std::shared_ptr<LiveWay> way_ = std::make_shared<LiveWay>();  // shared with the feeds
  std::map<std::string, std::shared_ptr<LiveFeed>> feeds_;            ///< by source
  std::map<std::uint32_t, Session> sessions_;
  std::uint32_t last_session_ = 0;
  MessageSocket control_;
  pid_t process_ = -1;
  std::chrono::steady_clock::time_point last_sign_;
  SourceHandle readable_;
  SourceHandle watch_;
  SourceHandle rest_;  ///< nobody listens; then it goes
};

/// Where isr-live is: beside this program, or where it is installed. Empty: nowhere.
std::string FindLiveProgram();

}  // namespace isr
