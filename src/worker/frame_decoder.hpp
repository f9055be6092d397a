#pragma once

#include <optional>

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include "format/frame.hpp"
#include "glib/ref.hpp"
#include "pipeline/running_element.hpp"

namespace isr {

/// Decodes coded frames with GStreamer's best decoder for them, in the calling thread: no thread of
/// its own, no queue. One thread at a time.
class FrameDecoder {
 public:
  /// Where the audio goes; called by Take and Finish. The buffer's PTS says where it belongs.
  class Output {
   public:
    virtual ~Output() = default;
    virtual void OnAudio(const GstAudioInfo& info, GstBuffer* audio) = 0;
  };

  /// `output` outlives the decoder. Throws Error when there is no decoder for the format.
  FrameDecoder(const CodedFormat& format, Output& output);
  ~FrameDecoder();
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;

  /// One frame or packet. Frames that cannot be decoded leave a hole. False: the decoder has failed
  /// and takes nothing any more.
  bool Take(ByteView frame, GstClockTime pts, GstClockTime duration, bool is_discontinuity);
  /// What the decoder still holds comes out.
  void Finish();

 private:
  static GstFlowReturn OnChain(GstPad* pad, GstObject* parent, GstBuffer* buffer) noexcept;
  static gboolean OnEvent(GstPad* pad, GstObject* parent, GstEvent* event) noexcept;
  bool Push(Ref<GstBuffer> buffer);

  Output& output_;
  GstAudioInfo info_;
  std::optional<RunningElement> decoder_;
  Ref<GstPad> source_;  ///< gives to the decoder
  Ref<GstPad> sink_;    ///< takes from it
};

}  // namespace isr
