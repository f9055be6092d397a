#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "glib/mailbox.hpp"
#include "glib/ref.hpp"
#include "glib/source_handle.hpp"
#include "live/live_message.hpp"
#include "model/live.hpp"
#include "pipeline/running_element.hpp"
#include "webrtc/offer.hpp"

namespace isr {

/// One listener: a pipeline of its own that takes packets of an encoder,
///
///     appsrc ! payloader ! capsfilter ! webrtcbin
///
/// webrtcbin never tells that a listener has gone: DTLS says it of one that closes, RTCP of one
/// that is cut off, and one that never came has a deadline. Main thread; nothing of it is destroyed
/// in a callback.
class WebrtcSession {
 public:
  /// What its owner is told, from the main loop; it may destroy the session then.
  class Owner {
   public:
    /// Packets are welcome.
    virtual void OnReady(std::uint32_t session, Ref<GstElement> appsrc) = 0;
    virtual void OnAnswer(std::uint32_t session, const std::string& sdp) = 0;
    virtual void OnRefused(std::uint32_t session, const LiveError& error) = 0;
    virtual void OnOver(std::uint32_t session) = 0;

   protected:
    ~Owner() = default;
  };

  /// `owner` and `mailbox` outlive it. Throws LiveError when the offer cannot be answered, Error
  /// when an element is missing.
  WebrtcSession(std::uint32_t id, const LiveOrder& order, Owner& owner, Mailbox& mailbox);
  ~WebrtcSession();
  WebrtcSession(const WebrtcSession&) = delete;
  WebrtcSession& operator=(const WebrtcSession&) = delete;

  /// To be called every second: looks whether the listener still hears.
  void Watch();

 private:
  class Door;

  void Negotiate(const std::string& offer);
  void AddMedia();
  void TakeAnswer(const std::string& sdp);
  void SendAnswer();
  void Fail(const std::string& why);
  void OnDtls(int state);

  const std::uint32_t id_;
  const LiveProfile profile_;
  const RtpCodec codec_;
  const Offer offer_;
  Owner& owner_;
  Ref<GstElement> pipeline_;
  Ref<GstElement> appsrc_;
  Ref<GstElement> filter_;
  Ref<GstElement> webrtc_;
  bool is_answered_ = false;
  bool is_connected_ = false;
  std::chrono::steady_clock::time_point last_sign_;  ///< of the listener
  guint last_heard_ = 0;                             ///< sequence number that it reports
  SourceHandle deadline_;
  std::shared_ptr<Door> door_;  // shared with webrtcbin's callbacks
  std::unique_ptr<RunningElement> running_;
};

}  // namespace isr
