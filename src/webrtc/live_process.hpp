#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <glib.h>

#include "glib/mailbox.hpp"
#include "glib/source_handle.hpp"
#include "live/live_message.hpp"
#include "webrtc/live_source.hpp"
#include "webrtc/webrtc_session.hpp"
#include "worker/message_socket.hpp"

namespace isr {

/// What isr-live does, until isr has gone: takes audio of sources and offers of listeners
/// (live_message.hpp). Main thread.
class LiveProcess final : WebrtcSession::Owner {
 public:
  LiveProcess(MessageSocket control, MessageSocket audio);
  ~LiveProcess();

  void Run();

 private:
  struct Listener {
    std::uint32_t stream = 0;
    std::unique_ptr<WebrtcSession> session;
  };

  void OnReady(std::uint32_t session, Ref<GstElement> appsrc) override;
  void OnAnswer(std::uint32_t session, const std::string& sdp) override;
  void OnRefused(std::uint32_t session, const LiveError& error) override;
  void OnOver(std::uint32_t session) override;

  void ReceiveControl();
  void ReceiveAudio();
  void Begin(const LiveMessage& message);
  void Leave(std::uint32_t session);
  void Watch();
  void Say(LiveKind kind, std::uint32_t id, const std::string& text = "");

  MessageSocket control_;
  MessageSocket audio_;
  GMainLoop* const loop_;
  Mailbox mailbox_;
  std::map<std::uint32_t, LiveSource> sources_;  ///< by stream
  std::map<std::uint32_t, Listener> listeners_;  ///< by session
  SourceHandle control_readable_;
  SourceHandle audio_readable_;
  SourceHandle watch_;
};

}  // namespace isr
