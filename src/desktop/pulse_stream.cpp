#include "desktop/pulse_stream.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/guarded.hpp"

namespace isr {
namespace {

/// How often audio comes, per second.
constexpr int kPiecesPerSecond = 40;

pa_sample_format_t SampleFormat(int bits) {
  switch (bits) {
    case 24:
      return PA_SAMPLE_S24LE;
    case 32:
      return PA_SAMPLE_S32LE;
    default:
      return PA_SAMPLE_S16LE;
  }
}

}  // namespace

PulseStream::PulseStream(pa_context* context, const Source& source, const CaptureFormat& format,
                         Client client)
    : client_(std::move(client)) {
  const pa_sample_spec spec{.format = SampleFormat(format.bits),
                            .rate = static_cast<std::uint32_t>(format.rate),
                            .channels = static_cast<std::uint8_t>(format.channels)};
  pa_channel_map map;
  pa_channel_map_init_extend(&map, spec.channels, PA_CHANNEL_MAP_WAVEEX);
  stream_ = pa_stream_new(context, "recording", &spec, &map);
  if (stream_ == nullptr) throw Error(pa_strerror(pa_context_errno(context)));
  pa_stream_set_state_callback(
      stream_,
      [](pa_stream*, void* self) {
        Guarded("PulseAudio stream", [self] { static_cast<PulseStream*>(self)->OnState(); });
      },
      this);
  pa_stream_set_read_callback(
      stream_,
      [](pa_stream*, std::size_t, void* self) {
        Guarded("PulseAudio audio", [self] { static_cast<PulseStream*>(self)->Read(); });
      },
      this);
  if (source.input != PA_INVALID_INDEX) pa_stream_set_monitor_stream(stream_, source.input);
  constexpr auto kServersChoice = static_cast<std::uint32_t>(-1);
  const pa_buffer_attr buffer{
      .maxlength = kServersChoice,
      .tlength = kServersChoice,
      .prebuf = kServersChoice,
      .minreq = kServersChoice,
      .fragsize = static_cast<std::uint32_t>(pa_bytes_per_second(&spec) / kPiecesPerSecond)};
  // One that is unplugged is waited for: the server would go on with another microphone.
  const int flags = PA_STREAM_ADJUST_LATENCY | PA_STREAM_DONT_MOVE;
  if (pa_stream_connect_record(stream_, source.name.empty() ? nullptr : source.name.c_str(),
                               &buffer, static_cast<pa_stream_flags_t>(flags)) < 0) {
    pa_stream_unref(stream_);
    throw Error(pa_strerror(pa_context_errno(context)));
  }
}

PulseStream::~PulseStream() {
  pa_stream_set_state_callback(stream_, nullptr, nullptr);
  pa_stream_set_read_callback(stream_, nullptr, nullptr);
  pa_stream_disconnect(stream_);
  pa_stream_unref(stream_);
}

void PulseStream::OnState() {
  switch (pa_stream_get_state(stream_)) {
    case PA_STREAM_READY:
      is_running_ = true;
      break;
    case PA_STREAM_FAILED:
    case PA_STREAM_TERMINATED: {
      const auto on_end = client_.on_end;  // outlives us
      on_end(is_running_);
      break;
    }
    default:
      break;
  }
}

void PulseStream::Read() {
  const void* data = nullptr;
  std::size_t size = 0;
  while (pa_stream_readable_size(stream_) > 0 && pa_stream_peek(stream_, &data, &size) == 0 &&
         size > 0) {
    if (data == nullptr) {  // a hole: time passed without audio
      silence_.assign(size, std::byte{0});
      data = silence_.data();
    }
    client_.on_frames({static_cast<const std::byte*>(data), size});
    pa_stream_drop(stream_);
  }
}

}  // namespace isr
