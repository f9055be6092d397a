#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include <gst/audio/audio.h>

#include "glib/source_handle.hpp"
#include "live/live_message.hpp"
#include "webrtc/encoder.hpp"
#include "worker/frame_decoder.hpp"

namespace isr {

/// What comes from one source now, and its encoders: one for each profile that somebody listens to.
/// PCM is encoded as it comes. Coded frames come in pieces, as a server sends them: they are
/// decoded as time passes. While nothing comes, silence is heard. Main thread.
class LiveSource final : FrameDecoder::Output {
 public:
  LiveSource();

  /// A message on the source's audio.
  void Take(const LiveMessage& message);

  /// Starts the encoder, where that profile has none yet. Throws Error, LiveError where it is one
  /// too many.
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

  struct CodedFrame {
    Bytes bytes;
    GstClockTime duration = 0;
  };

  void TakePcm(ByteView bytes);
  void TakeCodedFormat(ByteView payload);
  void TakeCoded(ByteView payload);
  void Pace();
  void Decode(const CodedFrame& frame);
  void ForgetWaiting();
  void OnAudio(const GstAudioInfo& info, GstBuffer* audio) override;
  void Play(GstCaps* caps, const Ref<GstBuffer>& pcm, GstClockTime duration);
  void Push(GstCaps* caps, const Ref<GstBuffer>& pcm, GstClockTime duration);
  void FillSilence();

  GstAudioInfo pcm_{};
  Ref<GstCaps> pcm_caps_;
  Ref<GstCaps> silence_caps_;
  std::optional<CodedFormat> coded_;  ///< none: it gives PCM
  GstAudioInfo decoded_{};
  Ref<GstCaps> decoded_caps_;
  std::deque<CodedFrame> waiting_;
  GstClockTime waiting_time_ = 0;  ///< that they last
  GstClockTime reserve_;           ///< so much waits before it is played on
  bool is_filling_ = true;         ///< up to there
  bool is_broken_ = true;          ///< frames were left out
  GstClockTime position_ = 0;      ///< where the next audio begins, on the live clock
  std::map<LiveProfile, std::unique_ptr<Encoding>> encodings_;
  std::map<std::uint32_t, LiveProfile> listeners_;
  SourceHandle silence_;
  SourceHandle pace_;
  std::unique_ptr<FrameDecoder> decoder_;  // last: it calls us
};

}  // namespace isr
