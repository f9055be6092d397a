#include "plugins/flac_encoder.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <FLAC/stream_encoder.h>
#include <fmt/format.h>
#include <gst/audio/audio.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "format/flac_metadata.hpp"

namespace isr {
namespace {

constexpr std::uint64_t kPatchSeconds = 5;
/// libFLAC's default; higher ones cost much and save little.
constexpr unsigned kCompressionLevel = 5;
constexpr std::uint32_t kBlockSamples = 4096;

class FlacEncoder final : public FileMuxer {
 public:
  bool SetCaps(GstCaps* caps) override {
    if (!gst_audio_info_from_caps(&info_, caps)) return false;
    // A 32-bit sample in 24 bits' clothes cannot come: S24LE is packed.
    encoder_.reset(FLAC__stream_encoder_new());
    FLAC__StreamEncoder* const encoder = encoder_.get();
    return encoder != nullptr &&
           FLAC__stream_encoder_set_channels(encoder, Unsigned(GST_AUDIO_INFO_CHANNELS(&info_))) &&
           FLAC__stream_encoder_set_bits_per_sample(encoder,
                                                    Unsigned(GST_AUDIO_INFO_WIDTH(&info_))) &&
           FLAC__stream_encoder_set_sample_rate(encoder, Unsigned(GST_AUDIO_INFO_RATE(&info_))) &&
           FLAC__stream_encoder_set_compression_level(encoder, kCompressionLevel) &&
           FLAC__stream_encoder_set_blocksize(encoder, kBlockSamples) &&
           // Any rate: the subset cannot write each into a frame's header.
           FLAC__stream_encoder_set_streamable_subset(encoder, false);
  }

  void Begin(const std::optional<FileStart>& /*start*/, Output& output) override {
    const auto status =
        FLAC__stream_encoder_init_stream(encoder_.get(), OnWrite, nullptr, nullptr, OnEnd, this);
    if (status != FLAC__STREAM_ENCODER_INIT_STATUS_OK) {
      throw Error(fmt::format("FLAC cannot hold this audio: {}",
                              FLAC__StreamEncoderInitStatusString[status]));
    }
    comment_.vendor = "isr " ISR_VERSION;
    index_.emplace(FlacStreamInfo{.min_block = kBlockSamples,
                                  .max_block = kBlockSamples,
                                  .rate = GST_AUDIO_INFO_RATE(&info_),
                                  .channels = GST_AUDIO_INFO_CHANNELS(&info_),
                                  .bits = GST_AUDIO_INFO_WIDTH(&info_)});
    output.Append(index_->Build(comment_));
  }

  void Take(GstBuffer* /*buffer*/, ByteView bytes, Output& output) override {
    Unpack(bytes);
    const auto frames = samples_.size() / Unsigned(GST_AUDIO_INFO_CHANNELS(&info_));
    output_ = &output;
    const bool encoded = FLAC__stream_encoder_process_interleaved(
        encoder_.get(), samples_.data(), static_cast<std::uint32_t>(frames));
    output_ = nullptr;
    if (!encoded) ThrowFailed();
    const auto second = static_cast<std::uint64_t>(GST_AUDIO_INFO_RATE(&info_));
    if (index_->Samples() - patched_at_ < kPatchSeconds * second) return;
    patched_at_ = index_->Samples();
    output.Patch(0, index_->Build(comment_));
  }

  void Finish(Output& output) override {
    output_ = &output;
    const bool encoded = FLAC__stream_encoder_finish(encoder_.get());
    output_ = nullptr;
    if (!encoded) ThrowFailed();
    output.Patch(0, index_->Build(comment_));
  }

 private:
  struct Deleter {
    void operator()(FLAC__StreamEncoder* encoder) const { FLAC__stream_encoder_delete(encoder); }
  };

  static std::uint32_t Unsigned(int value) { return static_cast<std::uint32_t>(value); }

  /// Signed little-endian samples into libFLAC's 32-bit integers.
  void Unpack(ByteView bytes) {
    const auto width = static_cast<std::size_t>(GST_AUDIO_INFO_WIDTH(&info_)) / 8;
    const auto unused = static_cast<unsigned>(32 - GST_AUDIO_INFO_WIDTH(&info_));
    samples_.resize(bytes.size() / width);
    const std::uint8_t* at = bytes.data();
    for (FLAC__int32& sample : samples_) {
      std::uint32_t value = 0;
      for (std::size_t i = 0; i < width; ++i) value |= std::uint32_t{at[i]} << 8 * i;
      // Up to the sign bit and down again, which keeps the sign.
      sample = static_cast<FLAC__int32>(value << unused) >> unused;
      at += width;
    }
  }

  [[noreturn]] void ThrowFailed() {
    throw Error(fmt::format("cannot encode FLAC: {}",
                            FLAC__stream_encoder_get_resolved_state_string(encoder_.get())));
  }

  void TakeFrame(ByteView frame, std::uint32_t samples) {
    // Its own header comes first, with 0 samples; ours is there already.
    if (samples == 0 || output_ == nullptr) return;
    output_->SetTime(std::chrono::nanoseconds(gst_util_uint64_scale(
        index_->Samples(), GST_SECOND, static_cast<guint64>(GST_AUDIO_INFO_RATE(&info_)))));
    output_->Append(frame);
    index_->Add(frame, samples);
  }

  static FLAC__StreamEncoderWriteStatus OnWrite(const FLAC__StreamEncoder* /*encoder*/,
                                                const FLAC__byte* bytes, std::size_t size,
                                                std::uint32_t samples, std::uint32_t /*frame*/,
                                                void* self) noexcept {
    return Guarded("FLAC encoder", FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR, [&] {
      static_cast<FlacEncoder*>(self)->TakeFrame({bytes, size}, samples);
      return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
    });
  }

  /// The STREAMINFO that libFLAC would write, with the MD5 of all samples.
  static void OnEnd(const FLAC__StreamEncoder* /*encoder*/, const FLAC__StreamMetadata* metadata,
                    void* self) noexcept {
    std::array<std::uint8_t, 16> md5{};
    std::copy_n(metadata->data.stream_info.md5sum, md5.size(), md5.begin());
    static_cast<FlacEncoder*>(self)->index_->SetMd5(md5);
  }

  GstAudioInfo info_{};
  std::unique_ptr<FLAC__StreamEncoder, Deleter> encoder_;
  std::optional<FlacIndex> index_;
  VorbisComment comment_;
  std::vector<FLAC__int32> samples_;  ///< of one buffer
  Output* output_ = nullptr;          ///< while libFLAC may give out frames
  std::uint64_t patched_at_ = 0;
};

}  // namespace

std::unique_ptr<FileMuxer> MakeFlacEncoder() {
  return std::make_unique<FlacEncoder>();
}

}  // namespace isr
