#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include <gst/audio/audio.h>

#include "glib/source_handle.hpp"
#include "live/live_message.hpp"
#include "webrtc/encoder.hpp"

namespace isr {

/// What comes from one source now, and its encoders: one for each profile that somebody listens to.
/// While nothing comes, they hear silence. Main thread.
class LiveSource {
 public:
  /// A message on the source's audio.
  void Take(const LiveMessage& message);

  /// Starts the encoder, where that profile has none yet. Throws Error.
  void Join(std::uint32_t listener, const LiveProfile& profile);
  /// The listener gets what is encoded from now on.
  void Connect(std::uint32_t listener, Ref<GstElement> appsrc);
  void Leave(std::uint32_t listener);

 private:
  struct Encoding {
    Encoder encoder;
    int listeners = 0;
    explicit Encoding(const LiveProfile& profile) : encoder(profile) {}
  };

  void TakePcm(ByteView bytes);
  void Play(GstCaps* caps, const Ref<GstBuffer>& pcm, GstClockTime duration);
  void FillSilence();

  GstAudioInfo pcm_{};
  Ref<GstCaps> pcm_caps_;
  Ref<GstCaps> silence_caps_;
  GstClockTime position_ = 0;  ///< where the next audio begins, on the live clock
  std::map<LiveProfile, std::unique_ptr<Encoding>> encodings_;
  std::map<std::uint32_t, LiveProfile> listeners_;
  SourceHandle silence_;
};

}  // namespace isr
