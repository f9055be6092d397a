#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include "glib/ref.hpp"

namespace isr {

/// Reads the file that a decode process has (kDecodeInput).
Ref<GstElement> MakeFileReader();

/// Where what is decoded ends.
Ref<GstElement> MakeDecodeEnd();

/// The pipeline of a process that decodes its file: MakeFileReader ! decodebin. The first audio
/// counts; what else there is, a picture say, is let go.
class DecodePipeline {
 public:
  /// Called on a streaming thread for each buffer of audio. `time`: ns from the begin of what the
  /// file is said to hold; negative before that (an encoder's priming).
  using Handler = std::function<void(const GstAudioInfo& info, GstBuffer* audio,
                                     std::optional<std::int64_t> time)>;

  /// Throws Error when an element is missing.
  explicit DecodePipeline(Handler handler);
  DecodePipeline(const DecodePipeline&) = delete;
  DecodePipeline& operator=(const DecodePipeline&) = delete;

  GstElement* Get() const { return pipeline_.Get(); }
  /// After an error: which decoder there is none of, and the package that has it; empty where that
  /// is not known.
  const std::string& MissingDecoder() const { return missing_decoder_; }

 private:
  static void OnUnknownType(GstElement* decodebin, GstPad* pad, GstCaps* caps,
                            gpointer self) noexcept;
  static void OnPadAdded(GstElement* decodebin, GstPad* pad, gpointer self) noexcept;
  static GstPadProbeReturn OnBuffer(GstPad* pad, GstPadProbeInfo* info, gpointer self) noexcept;

  const Handler handler_;
  bool has_audio_ = false;
  std::string missing_decoder_;
  Ref<GstElement> pipeline_;
};

}  // namespace isr
