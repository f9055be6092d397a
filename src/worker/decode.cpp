#include "worker/decode.hpp"

#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gst/audio/audio.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "glib/element.hpp"
#include "glib/property.hpp"
#include "level/level_meter.hpp"
#include "media/coded_caps.hpp"
#include "media/mapped_audio.hpp"
#include "pipeline/run_to_end.hpp"
#include "worker/worker_process.hpp"

namespace isr {
namespace {

/// Whoever records goes first.
constexpr int kNiceness = 10;

/// Tells the levels of what is decoded, a line a second.
class LevelPrinter {
 public:
  void Take(const GstAudioInfo& info, GstBuffer* audio) {
    const auto format = AudioFormatOf(info);
    if (!format.has_value() || (meter_.has_value() && meter_->Format() != *format)) return;
    if (!meter_.has_value()) {
      meter_.emplace(*format, kWindowLength, [this](const MeteredWindow& window) {
        const LevelWindow levels = window.Levels();
        line_ += fmt::format(" {} {} {}", levels.rms, levels.detection, levels.peak);
        if (++windows_ % kWindowsPerSecond == 0) Print();
      });
    }
    const MappedAudio mapped(info, audio);
    mapped.Give(*meter_, 0, mapped.Frames());
  }
  void Finish() {
    if (meter_.has_value()) meter_->EndFile();
    if (!line_.empty()) Print();
  }

 private:
  void Print() { fmt::print("levels{}\n", std::exchange(line_, {})); }

  std::optional<LevelMeter> meter_;
  std::uint64_t windows_ = 0;
  std::string line_;
};

/// What was decoded, and what was said meanwhile. Counted on streaming threads.
struct Facts {
  LevelPrinter* printer = nullptr;  ///< of one who measures
  std::atomic<std::int64_t> frames = 0;
  std::atomic<int> rate = 0;
  guint64 garbage = 0;  ///< bytes in no frame
  std::string error;    ///< the first
  bool no_decoder = false;
  std::string missing;  ///< which decoder, where that is known
};

Ref<GstElement> MakeReader() {
  Ref<GstElement> reader = MakeElement("filesrc");
  SetProperty(reader.Get(), "location", fmt::format("/proc/self/fd/{}", kDecodeInput));
  return reader;
}

Ref<GstElement> MakeEnd() {
  Ref<GstElement> sink = MakeElement("fakesink");
  SetProperty(sink.Get(), "sync", false);
  SetProperty(sink.Get(), "async", false);
  return sink;
}

GstPadProbeReturn OnDecoded(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
  return Guarded("decode", GST_PAD_PROBE_OK, [&] {
    const auto caps = Ref<GstCaps>::Adopt(gst_pad_get_current_caps(pad));
    GstAudioInfo audio;
    if (!caps || !gst_audio_info_from_caps(&audio, caps.Get())) return GST_PAD_PROBE_OK;
    auto& facts = *static_cast<Facts*>(data);
    facts.rate = GST_AUDIO_INFO_RATE(&audio);
    if (facts.printer != nullptr) facts.printer->Take(audio, GST_PAD_PROBE_INFO_BUFFER(info));
    facts.frames +=
        static_cast<std::int64_t>(gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info))) /
        GST_AUDIO_INFO_BPF(&audio);
    return GST_PAD_PROBE_OK;
  });
}

struct PadTaker {
  GstElement* pipeline;
  Facts& facts;
};

/// The first audio counts; what else there is, a picture say, is let go.
void OnPadAdded(GstElement* /*decodebin*/, GstPad* pad, gpointer data) noexcept {
  Guarded("decode pad", [&] {
    auto& taker = *static_cast<PadTaker*>(data);
    const Ref<GstElement> end = MakeEnd();
    gst_bin_add(GST_BIN(taker.pipeline), end.Get());
    gst_element_sync_state_with_parent(end.Get());
    const auto sink = Ref<GstPad>::Adopt(gst_element_get_static_pad(end.Get(), "sink"));
    const auto caps = Ref<GstCaps>::Adopt(gst_pad_get_current_caps(pad));
    const bool is_audio =
        caps && gst_structure_has_name(gst_caps_get_structure(caps.Get(), 0), "audio/x-raw");
    if (is_audio) {
      gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, OnDecoded, &taker.facts, nullptr);
    }
    gst_pad_link(pad, sink.Get());
  });
}

void OnUnknownType(GstElement* /*decodebin*/, GstPad* /*pad*/, GstCaps* caps,
                   gpointer data) noexcept {
  Guarded("decode pad", [&] {
    const auto format = FormatOfCaps(caps);
    if (format.has_value()) static_cast<Facts*>(data)->missing = NoDecoderText(format->codec);
  });
}

void NoteError(GstMessage* message, Facts& facts) {
  GError* raw = nullptr;
  gst_message_parse_error(message, &raw, nullptr);
  const std::unique_ptr<GError, decltype(&g_error_free)> error(raw, g_error_free);
  facts.no_decoder = g_error_matches(raw, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND) ||
                     g_error_matches(raw, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);
  facts.error = error->message;
  for (char& c : facts.error) c = c == '\n' ? ' ' : c;
}

/// Tells of each step forward on stdout.
void Run(GstElement* pipeline, Facts& facts) {
  gint64 reached = -1;
  const auto error = RunToEnd(pipeline, [&](GstMessage* heard) {
    gint64 position = 0;
    gst_element_query_position(pipeline, GST_FORMAT_TIME, &position);
    position += facts.frames;
    if (position != std::exchange(reached, position)) {
      std::fputs("progress\n", stdout);
      std::fflush(stdout);
    }
    if (heard == nullptr || !gst_message_has_name(heard, "isr-garbage")) return;
    guint64 bytes = 0;
    gst_structure_get_uint64(gst_message_get_structure(heard), "bytes", &bytes);
    facts.garbage += bytes;
  });
  if (error) NoteError(error.Get(), facts);
}

/// Whether every byte of a coded file lies in a frame or page that is as it was made: checksums,
/// where the format has them. What isrparse does not know it has no word about.
void CheckFrames(Facts& facts) {
  const Ref<GstElement> pipeline = MakePipeline("frames");
  AddAndLink(pipeline.Get(), {MakeReader(), MakeElement("isrparse"), MakeEnd()});
  Facts own;
  Run(pipeline.Get(), own);
  if (own.error.empty()) facts.garbage = own.garbage;
}

void DecodeAll(Facts& facts) {
  const Ref<GstElement> pipeline = MakePipeline("decode");
  const Ref<GstElement> decoder = MakeElement("decodebin");
  AddAndLink(pipeline.Get(), {MakeReader(), decoder});
  PadTaker taker{pipeline.Get(), facts};
  g_signal_connect(decoder.Get(), "pad-added", G_CALLBACK(OnPadAdded), &taker);
  g_signal_connect(decoder.Get(), "unknown-type", G_CALLBACK(OnUnknownType), &facts);
  Run(pipeline.Get(), facts);
  if (facts.no_decoder && !facts.missing.empty()) facts.error = facts.missing;
}

std::string OutcomeOf(const Facts& facts) {
  if (facts.no_decoder) return "unchecked " + facts.error;
  if (!facts.error.empty()) return "damaged " + facts.error;
  if (facts.garbage > 0) {
    return fmt::format("damaged {} bytes are no audio, or not as they were written", facts.garbage);
  }
  if (facts.frames == 0) return "damaged holds no audio";
  return fmt::format("good {} {}", facts.frames.load(), facts.rate.load());
}

}  // namespace

void Decode(DecodeTask task) {
  BeWorkerProcess(kNiceness);
  Facts facts;
  try {
    LevelPrinter printer;
    if (task == DecodeTask::kMeasure) {
      facts.printer = &printer;
    } else {
      CheckFrames(facts);
    }
    DecodeAll(facts);
    printer.Finish();
    fmt::print("{}\n", OutcomeOf(facts));
  } catch (const Error& error) {
    fmt::print("unchecked {}\n", Describe(error));
  }
}

}  // namespace isr
