#include "desktop/pipewire_stream.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <spa/param/audio/format-utils.h>

#include "base/error.hpp"
#include "base/guarded.hpp"

namespace isr {
namespace {

spa_audio_format SampleFormat(int bits) {
  switch (bits) {
    case 24:
      return SPA_AUDIO_FORMAT_S24_LE;
    case 32:
      return SPA_AUDIO_FORMAT_S32_LE;
    default:
      return SPA_AUDIO_FORMAT_S16_LE;
  }
}

spa_audio_info_raw FormatInfo(const CaptureFormat& format) {
  spa_audio_info_raw info{};
  info.format = SampleFormat(format.bits);
  info.rate = static_cast<std::uint32_t>(format.rate);
  info.channels = static_cast<std::uint32_t>(format.channels);
  if (format.channels == 1) {
    info.position[0] = SPA_AUDIO_CHANNEL_MONO;
  } else if (format.channels == 2) {
    info.position[0] = SPA_AUDIO_CHANNEL_FL;
    info.position[1] = SPA_AUDIO_CHANNEL_FR;
  } else {
    info.flags = SPA_AUDIO_FLAG_UNPOSITIONED;
  }
  return info;
}

pw_properties* MakeProperties(const PipewireStream::Source& source) {
  pw_properties* const properties =
      pw_properties_new(PW_KEY_MEDIA_TYPE, "Audio", PW_KEY_MEDIA_CATEGORY, "Capture",
                        PW_KEY_MEDIA_NAME, "recording", PW_KEY_NODE_NAME, "isr", nullptr);
  if (source.is_sink) pw_properties_set(properties, PW_KEY_STREAM_CAPTURE_SINK, "true");
  if (!source.target.empty()) {
    // Rather nothing than another one.
    pw_properties_set(properties, PW_KEY_TARGET_OBJECT, source.target.c_str());
    pw_properties_set(properties, PW_KEY_NODE_DONT_RECONNECT, "true");
  }
  return properties;
}

}  // namespace

const pw_stream_events PipewireStream::kEvents = [] {
  pw_stream_events events{};
  events.version = PW_VERSION_STREAM_EVENTS;
  events.process = OnProcess;
  return events;
}();

PipewireStream::PipewireStream(pw_core* core, const Source& source, const CaptureFormat& format,
                               OnFrames on_frames)
    : on_frames_(std::move(on_frames)), frame_size_(format.FrameSize()) {
  stream_ = pw_stream_new(core, "isr", MakeProperties(source));
  if (stream_ == nullptr) throw Error("no stream");
  pw_stream_add_listener(stream_, &listener_, &kEvents, this);
  std::array<std::uint8_t, 1024> bytes{};
  spa_pod_builder builder{};
  spa_pod_builder_init(&builder, bytes.data(), bytes.size());
  spa_audio_info_raw info = FormatInfo(format);
  const spa_pod* parameter = spa_format_audio_raw_build(&builder, SPA_PARAM_EnumFormat, &info);
  const int flags =
      PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS;
  if (pw_stream_connect(stream_, PW_DIRECTION_INPUT, PW_ID_ANY, static_cast<pw_stream_flags>(flags),
                        &parameter, 1) < 0) {
    pw_stream_destroy(stream_);
    throw Error("no stream");
  }
}

PipewireStream::~PipewireStream() {
  spa_hook_remove(&listener_);
  pw_stream_destroy(stream_);
}

void PipewireStream::OnProcess(void* self) {
  Guarded("PipeWire audio", [self] { static_cast<PipewireStream*>(self)->Read(); });
}

void PipewireStream::Read() {
  pw_buffer* const buffer = pw_stream_dequeue_buffer(stream_);
  if (buffer == nullptr) return;
  const spa_data& data = buffer->buffer->datas[0];
  if (data.data != nullptr) {
    const std::size_t begin = std::min(data.chunk->offset, data.maxsize);
    const std::size_t size = std::min<std::size_t>(data.chunk->size, data.maxsize - begin);
    const auto* const bytes = static_cast<const std::byte*>(data.data) + begin;
    if (size >= frame_size_) on_frames_({bytes, size - size % frame_size_});
  }
  pw_stream_queue_buffer(stream_, buffer);
}

}  // namespace isr
