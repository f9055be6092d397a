#include "worker/mapped_audio.hpp"

#include <array>

namespace isr {
namespace {

constexpr int kMaxChannels = 32;

std::optional<SampleFormat> SampleOf(GstAudioFormat format) {
  switch (format) {
    case GST_AUDIO_FORMAT_S16:
      return SampleFormat::kS16;
    case GST_AUDIO_FORMAT_S24:
      return SampleFormat::kS24;
    case GST_AUDIO_FORMAT_S24_32:
      return SampleFormat::kS24In32;
    case GST_AUDIO_FORMAT_S32:
      return SampleFormat::kS32;
    case GST_AUDIO_FORMAT_F32:
      return SampleFormat::kF32;
    case GST_AUDIO_FORMAT_F64:
      return SampleFormat::kF64;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<AudioFormat> AudioFormatOf(const GstAudioInfo& info) {
  const auto sample = SampleOf(GST_AUDIO_INFO_FORMAT(&info));
  const int channels = GST_AUDIO_INFO_CHANNELS(&info);
  const int rate = GST_AUDIO_INFO_RATE(&info);
  if (!sample || channels < 1 || channels > kMaxChannels || rate <= 0) return std::nullopt;
  return AudioFormat{.sample = *sample, .rate = rate, .channels = channels};
}

MappedAudio::MappedAudio(const GstAudioInfo& info, GstBuffer* audio)
    : info_(info), mapped_(gst_audio_buffer_map(&buffer_, &info, audio, GST_MAP_READ) != FALSE) {}

MappedAudio::~MappedAudio() {
  if (mapped_) gst_audio_buffer_unmap(&buffer_);
}

void MappedAudio::Give(LevelMeter& meter, std::size_t begin, std::size_t count) const {
  std::array<const std::uint8_t*, kMaxChannels> planes{};
  const auto stride = static_cast<std::size_t>(info_.layout == GST_AUDIO_LAYOUT_INTERLEAVED
                                                   ? GST_AUDIO_INFO_BPF(&info_)
                                                   : GST_AUDIO_INFO_BPS(&info_));
  const auto count_of_planes = static_cast<std::size_t>(buffer_.n_planes);
  for (std::size_t i = 0; i < count_of_planes; ++i) {
    planes.at(i) = static_cast<const std::uint8_t*>(buffer_.planes[i]) + begin * stride;
  }
  meter.Take({.planes = std::span(planes).first(count_of_planes), .frames = count});
}

}  // namespace isr
