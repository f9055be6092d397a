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
#include "glib/element.hpp"
#include "level/level_meter.hpp"
#include "media/mapped_audio.hpp"
#include "pipeline/run_to_end.hpp"
#include "worker/decode_pipeline.hpp"
#include "worker/decoder_choice.hpp"
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
};

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
  AddAndLink(pipeline.Get(), {MakeFileReader(), MakeElement("isrparse"), MakeDecodeEnd()});
  Facts own;
  Run(pipeline.Get(), own);
  if (own.error.empty()) facts.garbage = own.garbage;
}

void DecodeAll(Facts& facts) {
  const DecodePipeline pipeline([&facts](const GstAudioInfo& info, GstBuffer* audio, auto) {
    facts.rate = GST_AUDIO_INFO_RATE(&info);
    if (facts.printer != nullptr) facts.printer->Take(info, audio);
    facts.frames += static_cast<std::int64_t>(AudioFramesOf(info, audio));
  });
  Run(pipeline.Get(), facts);
  if (facts.error.empty() || pipeline.MissingDecoder().empty()) return;
  facts.no_decoder = true;
  facts.error = pipeline.MissingDecoder();
}

std::string OutcomeOf(const Facts& facts) {
  if (facts.garbage > 0) {
    return fmt::format("damaged {} bytes are no audio, or not as they were written", facts.garbage);
  }
  if (facts.no_decoder) return "unchecked " + facts.error;
  if (!facts.error.empty()) return "damaged " + facts.error;
  if (facts.frames == 0) return "damaged holds no audio";
  return fmt::format("good {} {}", facts.frames.load(), facts.rate.load());
}

}  // namespace

void Decode(DecodeTask task) {
  BeWorkerProcess(kNiceness);
  PreferFastDecoders();
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
