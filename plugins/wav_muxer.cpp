#include "plugins/wav_muxer.hpp"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gst/audio/audio.h>

#include "format/wav_header.hpp"

namespace isr {
namespace {

constexpr std::uint64_t kPatchSeconds = 5;

class WavMuxer final : public FileMuxer {
 public:
  bool SetCaps(GstCaps* caps) override {
    if (!gst_audio_info_from_caps(&info_, caps)) return false;
    facts_.rate = GST_AUDIO_INFO_RATE(&info_);
    facts_.channels = GST_AUDIO_INFO_CHANNELS(&info_);
    facts_.bits = GST_AUDIO_INFO_WIDTH(&info_);
    return true;
  }

  void Begin(const std::optional<FileStart>& start, Output& output) override {
    facts_.originator = "isr";
    facts_.coding_history =
        fmt::format("A=PCM,F={},W={},M={},T=isr {}\r\n", facts_.rate, facts_.bits,
                    facts_.channels == 1   ? "mono"
                    : facts_.channels == 2 ? "stereo"
                                           : "multi",
                    ISR_VERSION);
    if (start.has_value()) SetOrigin(*start);
    output.Append(BuildWavHeader(facts_, 0));
  }

  void Take(GstBuffer* /*buffer*/, ByteView bytes, Output& output) override {
    output.Append(bytes);
    data_bytes_ += bytes.size();
    const auto second = static_cast<std::uint64_t>(GST_AUDIO_INFO_BPF(&info_)) *
                        static_cast<std::uint64_t>(facts_.rate);
    if (data_bytes_ - patched_at_ < kPatchSeconds * second) return;
    patched_at_ = data_bytes_;
    output.Patch(0, BuildWavHeader(facts_, data_bytes_));
  }

  void Finish(Output& output) override {
    if (data_bytes_ % 2 != 0) output.Append(Bytes{0});
    output.Patch(0, BuildWavHeader(facts_, data_bytes_));
  }

 private:
  /// bext knows local time only, and the first sample counted from its midnight.
  void SetOrigin(const FileStart& start) {
    const auto local = start.utc + start.utc_offset;
    const auto midnight = std::chrono::floor<std::chrono::days>(local);
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(local).time_since_epoch().count();
    const std::tm time = fmt::gmtime(seconds);
    facts_.origination_date = fmt::format("{:%Y-%m-%d}", time);
    facts_.origination_time = fmt::format("{:%H:%M:%S}", time);
    facts_.time_reference =
        gst_util_uint64_scale_round(static_cast<guint64>((local - midnight).count()),
                                    static_cast<guint64>(facts_.rate), 1'000'000);
  }

  GstAudioInfo info_{};
  WavFacts facts_;
  std::uint64_t data_bytes_ = 0;
  std::uint64_t patched_at_ = 0;
};

}  // namespace

std::unique_ptr<FileMuxer> MakeWavMuxer() {
  return std::make_unique<WavMuxer>();
}

}  // namespace isr
