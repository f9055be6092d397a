#include "media/mapped_audio.hpp"

#include <span>

namespace isr {
namespace {

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
  if (!sample || channels < 1 || channels > MappedAudio::kMaxChannels || rate <= 0)
    return std::nullopt;
  return AudioFormat{.sample = *sample, .rate = rate, .channels = channels};
}

std::size_t AudioFramesOf(const GstAudioInfo& info, GstBuffer* audio) {
  const GstAudioMeta* const meta = gst_buffer_get_audio_meta(audio);
  return meta != nullptr
             ? meta->samples
             : gst_buffer_get_size(audio) / static_cast<std::size_t>(GST_AUDIO_INFO_BPF(&info));
}

MappedAudio::MappedAudio(const GstAudioInfo& info, GstBuffer* audio)
    : audio_(audio), is_mapped_(gst_buffer_map(audio, &map_, GST_MAP_READ) != FALSE) {
  if (!is_mapped_) return;
  frames_ = map_.size / static_cast<std::size_t>(GST_AUDIO_INFO_BPF(&info));
  if (GST_AUDIO_INFO_LAYOUT(&info) == GST_AUDIO_LAYOUT_INTERLEAVED) {
    stride_ = static_cast<std::size_t>(GST_AUDIO_INFO_BPF(&info));
    planes_[plane_count_++] = map_.data;
    return;
  }
  stride_ = static_cast<std::size_t>(GST_AUDIO_INFO_BPS(&info));
  const std::size_t plane = frames_ * stride_;
  const GstAudioMeta* const meta = gst_buffer_get_audio_meta(audio);
  if (meta != nullptr) frames_ = meta->samples;
  for (; plane_count_ < static_cast<std::size_t>(GST_AUDIO_INFO_CHANNELS(&info)); ++plane_count_) {
    planes_.at(plane_count_) =
        map_.data + (meta != nullptr ? meta->offsets[plane_count_] : plane_count_ * plane);
  }
}

MappedAudio::~MappedAudio() {
  if (is_mapped_) gst_buffer_unmap(audio_, &map_);
}

void MappedAudio::Give(LevelMeter& meter, std::size_t begin, std::size_t count) const {
  auto planes = planes_;
  for (const std::uint8_t*& plane : std::span(planes).first(plane_count_)) plane += begin * stride_;
  meter.Take({.planes = std::span(planes).first(plane_count_), .frames = count});
}

}  // namespace isr
