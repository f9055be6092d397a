#pragma once

#include <string>
#include <string_view>

#include <gst/gst.h>

namespace isr {

/// SDP as webrtcbin takes and gives it: its boxed type GstWebRTCSessionDescription. That type's
/// header is in a development package that brings OpenCV along; the struct is part of a stable
/// interface, and is all that we need of it.
class SessionDescription {
 public:
  enum class Type { kOffer = 1, kAnswer = 3 };  // GstWebRTCSDPType

  /// Throws Error when GStreamer cannot read it. webrtcbin's plugin is loaded.
  SessionDescription(Type type, std::string_view sdp);
  /// Of a field or property that holds one; takes it over. May be nullptr.
  explicit SessionDescription(gpointer boxed) : boxed_(boxed) {}
  ~SessionDescription();
  SessionDescription(const SessionDescription&) = delete;
  SessionDescription& operator=(const SessionDescription&) = delete;

  static GType BoxedType();
  gpointer Get() const { return boxed_; }
  /// Empty: there is none.
  std::string Text() const;

 private:
  gpointer boxed_ = nullptr;
};

}  // namespace isr
