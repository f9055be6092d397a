#pragma once

#include <memory>

#include <gst/gst.h>

#include "glib/ref.hpp"
#include "model/live.hpp"
#include "pipeline/running_element.hpp"
#include "webrtc/fan_out.hpp"

namespace isr {

/// The caps of what a profile's encoder makes, as its payloader takes them.
Ref<GstCaps> EncodedCaps(const LiveProfile& profile);

/// Encodes one source by one profile, for all who listen to it so, on a thread of its own.
class Encoder {
 public:
  /// Throws Error when an element is missing.
  explicit Encoder(const LiveProfile& profile);

  /// PCM of `caps`, with its time stamps.
  void Push(GstCaps* caps, GstBuffer* pcm);
  FanOut& Listeners() { return *listeners_; }

 private:
  static GstFlowReturn OnSample(GstElement* sink, gpointer listeners) noexcept;

  const std::shared_ptr<FanOut> listeners_ = std::make_shared<FanOut>();
  Ref<GstElement> source_;
  Ref<GstCaps> caps_;  ///< of the source now
  std::unique_ptr<RunningElement> pipeline_;
};

}  // namespace isr
