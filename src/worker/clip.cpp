#include "worker/clip.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gst/audio/audio.h>

#include "base/error.hpp"
#include "media/mapped_audio.hpp"
#include "pipeline/run_to_end.hpp"
#include "worker/clip_output.hpp"
#include "worker/decode_pipeline.hpp"
#include "worker/decoder_choice.hpp"
#include "worker/flac_clip.hpp"
#include "worker/worker_process.hpp"

namespace isr {
namespace {

/// Somebody waits for it, but who records goes first.
constexpr int kNiceness = 5;

/// Decoders of lossy formats need some frames before they say what the encoder heard: ten of MP3
/// for its bit reservoir, 80 ms of Opus. Whole seconds begin with a sample at any rate.
constexpr std::int64_t kLeadIn = 500'000'000;

using Converter = std::unique_ptr<GstAudioConverter, decltype(&gst_audio_converter_free)>;

/// As the samples are where they are integers; else 16 bits.
GstAudioFormat OutputFormatOf(const GstAudioInfo& info) {
  if (!GST_AUDIO_INFO_IS_INTEGER(&info)) return GST_AUDIO_FORMAT_S16LE;
  const int bits = GST_AUDIO_INFO_DEPTH(&info);
  if (bits <= 16) return GST_AUDIO_FORMAT_S16LE;
  return bits <= 24 ? GST_AUDIO_FORMAT_S24LE : GST_AUDIO_FORMAT_S32LE;
}

/// Prints the frames of a stretch of time. On a streaming thread.
class ClipPrinter {
 public:
  ClipPrinter(std::int64_t start, std::int64_t end) : start_(start), end_(end) {}

  /// `pipeline`: that it comes from.
  void Take(GstElement* pipeline, const GstAudioInfo& info, GstBuffer* buffer,
            std::optional<std::int64_t> time) {
    if (!converter_) Begin(info, DurationOf(pipeline));
    if (!gst_audio_info_is_equal(&info, &input_))
      ClipOutput::Fail();  // what follows is something else
    const auto frames = static_cast<std::int64_t>(AudioFramesOf(info, buffer));
    if (time) Place(FrameAt(*time));
    const std::int64_t from = std::max(position_, Next());
    const std::int64_t to = std::min(position_ + frames, last_);
    if (from < to) {
      out_.PrintSilence(from - Next());
      Print(buffer, from - position_, to - from);
      ++printed_buffers_;
    }
    position_ += frames;
    if (Next() == last_) ClipOutput::Finish();
  }

  /// The file has ended.
  void End() {
    if (!converter_) return;
    out_.PrintSilence(last_ - Next());
    ClipOutput::Finish();
  }

 private:
  std::int64_t FrameAt(std::int64_t time) const {
    return std::llround(static_cast<double>(time) / 1e9 * GST_AUDIO_INFO_RATE(&input_));
  }
  std::int64_t Next() const { return first_ + out_.Written(); }

  /// Times of some formats are rounded: they count where they jump. The first buffer may be a rest
  /// that a decoder clipped, whose time is as inexact.
  void Place(std::int64_t frame) {
    const bool is_settled = printed_buffers_ > 1;
    if (!is_settled || std::abs(frame - position_) > GST_AUDIO_INFO_RATE(&input_) / 200) {
      position_ = frame;
    }
  }

  static std::int64_t DurationOf(GstElement* pipeline) {
    gint64 duration = 0;
    const bool is_known = gst_element_query_duration(pipeline, GST_FORMAT_TIME, &duration) != FALSE;
    return is_known ? duration : std::numeric_limits<std::int64_t>::max();
  }

  void Begin(const GstAudioInfo& info, std::int64_t duration) {
    input_ = info;
    gst_audio_info_set_format(&output_, OutputFormatOf(info), GST_AUDIO_INFO_RATE(&info),
                              GST_AUDIO_INFO_CHANNELS(&info), info.position);
    output_.flags = info.flags;  // unpositioned channels stay so
    GstStructure* const config =
        gst_structure_new("converter", GST_AUDIO_CONVERTER_OPT_DITHER_METHOD,
                          GST_TYPE_AUDIO_DITHER_METHOD, GST_AUDIO_DITHER_NONE, nullptr);
    converter_.reset(
        gst_audio_converter_new(GST_AUDIO_CONVERTER_FLAG_NONE, &input_, &output_, config));
    first_ = FrameAt(start_);
    last_ = std::max(first_, FrameAt(std::min(end_, duration)));
    if (!converter_) ClipOutput::Refuse("its samples are of a kind that is not known");
    if (first_ == last_) ClipOutput::Refuse(kNoSuchTime);
    out_.Begin({.rate = GST_AUDIO_INFO_RATE(&output_),
                .channels = GST_AUDIO_INFO_CHANNELS(&output_),
                .bits = GST_AUDIO_INFO_WIDTH(&output_)},
               last_ - first_);
  }

  void Print(GstBuffer* buffer, std::int64_t offset, std::int64_t count) {
    GstAudioBuffer mapped;
    if (!gst_audio_buffer_map(&mapped, &input_, buffer, GST_MAP_READ)) ClipOutput::Fail();
    std::vector<gpointer> planes;
    const int bytes_per_frame = GST_AUDIO_INFO_LAYOUT(&input_) == GST_AUDIO_LAYOUT_INTERLEAVED
                                    ? GST_AUDIO_INFO_BPF(&input_)
                                    : GST_AUDIO_INFO_BPS(&input_);
    for (int plane = 0; plane < GST_AUDIO_BUFFER_N_PLANES(&mapped); ++plane) {
      planes.push_back(static_cast<char*>(GST_AUDIO_BUFFER_PLANE_DATA(&mapped, plane)) +
                       offset * bytes_per_frame);
    }
    const auto samples = static_cast<std::size_t>(count);
    std::vector<char> out(samples * GST_AUDIO_INFO_BPF(&output_));
    gpointer target = out.data();
    gst_audio_converter_samples(converter_.get(), GST_AUDIO_CONVERTER_FLAG_NONE, planes.data(),
                                samples, &target, samples);
    gst_audio_buffer_unmap(&mapped);
    out_.Print(out);
  }

  const std::int64_t start_;
  const std::int64_t end_;
  GstAudioInfo input_{};
  GstAudioInfo output_{};
  Converter converter_{nullptr, gst_audio_converter_free};
  std::int64_t first_ = 0;     ///< frame of the file that is wanted
  std::int64_t last_ = 0;      ///< behind the last one
  std::int64_t position_ = 0;  ///< of the next buffer
  int printed_buffers_ = 0;
  ClipOutput out_;
};

std::string TextOf(GstMessage* error) {
  GError* raw = nullptr;
  gst_message_parse_error(error, &raw, nullptr);
  const std::unique_ptr<GError, decltype(&g_error_free)> owned(raw, g_error_free);
  std::string text = raw->message;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

void Clip(std::int64_t start, std::int64_t end) {
  BeWorkerProcess(kNiceness);
  ClipFlac(start, end);
  gst_init(nullptr, nullptr);
  PreferFastDecoders();
  try {
    ClipPrinter printer(start, end);
    GstElement* decoding = nullptr;
    const DecodePipeline pipeline([&](const GstAudioInfo& info, GstBuffer* audio, auto time) {
      printer.Take(decoding, info, audio, time);
    });
    decoding = pipeline.Get();
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t from = std::max<std::int64_t>(start - kLeadIn, 0) / kSecond * kSecond;
    // Where a pipeline stops by itself is rounded.
    const auto error = RunPart(decoding, static_cast<GstClockTime>(from),
                               static_cast<GstClockTime>(end + kSecond));
    if (error) {
      const std::string& missing = pipeline.MissingDecoder();
      fmt::print("trouble {}\n", missing.empty() ? TextOf(error.Get()) : missing);
    } else {
      printer.End();
      fmt::print("trouble {}\n", from > 0 ? kNoSuchTime : "it holds no audio");
    }
  } catch (const Error& error) {
    fmt::print("trouble {}\n", Describe(error));
  }
}

}  // namespace isr
