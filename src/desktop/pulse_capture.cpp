#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <pulse/pulseaudio.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "desktop/capture.hpp"
#include "desktop/pulse_stream.hpp"
#include "desktop/stream_mixer.hpp"

namespace isr {
namespace {

/// Until the next try, with a server or a stream that could not be had.
constexpr pa_usec_t kRetryInterval = PA_USEC_PER_SEC;

constexpr const char* kServer = "PulseAudio";

std::string Property(const pa_proplist* properties, const char* key) {
  const char* const value = pa_proplist_gets(properties, key);
  return value == nullptr ? "" : value;
}

/// Its own thread is that of the server's main loop; nothing else touches the members below `loop_`
/// while it runs.
class PulseCapture final : public Capture {
 public:
  PulseCapture(DesktopTarget target, const CaptureFormat& format, CaptureReceiver& receiver)
      : target_(std::move(target)),
        format_(format),
        receiver_(receiver),
        mixer_(format, [this](std::span<const std::byte> frames) { receiver_.OnAudio(frames); }),
        loop_(pa_threaded_mainloop_new()) {
    if (loop_ == nullptr) throw Error("no main loop for PulseAudio");
    pa_threaded_mainloop_lock(loop_);
    const bool runs = pa_threaded_mainloop_start(loop_) == 0;
    if (runs) Connect();
    pa_threaded_mainloop_unlock(loop_);
    if (runs) return;
    pa_threaded_mainloop_free(loop_);
    throw Error("no thread for PulseAudio");
  }

  ~PulseCapture() override {
    pa_threaded_mainloop_lock(loop_);
    Disconnect();
    pa_threaded_mainloop_unlock(loop_);
    pa_threaded_mainloop_stop(loop_);
    pa_threaded_mainloop_free(loop_);
  }

 private:
  using Wanted = std::map<std::uint32_t, PulseStream::Source>;

  void Connect();
  void Disconnect();
  void OnContextState();
  void Ask();
  void AskLater();
  void Answered();
  void Open(std::uint32_t id, const PulseStream::Source& source);
  void OnStreamEnd(std::uint32_t id, bool was_running);
  void Missing(const std::string& what);
  void Forget(pa_time_event*& event);

  static void OnTimer(pa_mainloop_api* api, pa_time_event* event, const timeval* time, void* self);
  template <typename Info>
  static void OnInfo(pa_context* context, const Info* info, int end, void* self);
  void Found(const pa_sink_info& sink) {
    wanted_[sink.monitor_source] = {.name = sink.monitor_source_name};
  }
  void Found(const pa_source_info& source) { wanted_[source.index] = {.name = source.name}; }
  void Found(const pa_sink_input_info& input);

  const DesktopTarget target_;
  const CaptureFormat format_;
  CaptureReceiver& receiver_;
  StreamMixer mixer_;
  pa_threaded_mainloop* const loop_;

  pa_context* context_ = nullptr;
  pa_time_event* timer_ = nullptr;
  bool asking_ = false;
  bool ask_again_ = false;  ///< something changed while asking
  bool gone_ = false;       ///< said so
  Wanted wanted_;           ///< as far as the answer has come
  std::map<std::uint32_t, std::unique_ptr<PulseStream>> streams_;  ///< by source, or sink input
  bool has_begun_ = false;                                         ///< audio came
};

void PulseCapture::Connect() {
  Disconnect();
  context_ = pa_context_new(pa_threaded_mainloop_get_api(loop_), "isr");
  if (context_ == nullptr) throw Error("no memory for PulseAudio");
  pa_context_set_state_callback(
      context_,
      [](pa_context*, void* self) {
        Guarded("PulseAudio", [self] { static_cast<PulseCapture*>(self)->OnContextState(); });
      },
      this);
  // A failure is told by the state.
  pa_context_connect(context_, nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr);
}

void PulseCapture::Disconnect() {
  Forget(timer_);
  streams_.clear();
  if (context_ == nullptr) return;
  pa_context_set_state_callback(context_, nullptr, nullptr);
  pa_context_set_subscribe_callback(context_, nullptr, nullptr);
  pa_context_disconnect(context_);
  pa_context_unref(std::exchange(context_, nullptr));
  asking_ = false;
}

void PulseCapture::Forget(pa_time_event*& event) {
  if (event == nullptr) return;
  pa_threaded_mainloop_get_api(loop_)->time_free(std::exchange(event, nullptr));
}

void PulseCapture::OnContextState() {
  switch (pa_context_get_state(context_)) {
    case PA_CONTEXT_READY: {
      pa_context_set_subscribe_callback(
          context_,
          [](pa_context*, pa_subscription_event_type_t, std::uint32_t, void* self) {
            Guarded("PulseAudio news", [self] { static_cast<PulseCapture*>(self)->Ask(); });
          },
          this);
      const int events = PA_SUBSCRIPTION_MASK_SERVER | PA_SUBSCRIPTION_MASK_SOURCE |
                         PA_SUBSCRIPTION_MASK_SINK | PA_SUBSCRIPTION_MASK_SINK_INPUT;
      pa_operation_unref(pa_context_subscribe(context_, static_cast<pa_subscription_mask_t>(events),
                                              nullptr, nullptr));
      return Ask();
    }
    case PA_CONTEXT_FAILED:
    case PA_CONTEXT_TERMINATED:
      for (const auto& [id, stream] : streams_) mixer_.End(id);
      Missing(kServer);
      return AskLater();
    default:
      return;
  }
}

/// Connects again, where nobody is there to be asked.
void PulseCapture::AskLater() {
  Forget(timer_);
  timer_ = pa_context_rttime_new(context_, pa_rtclock_now() + kRetryInterval, OnTimer, this);
}

void PulseCapture::OnTimer(pa_mainloop_api* /*api*/, pa_time_event* /*event*/,
                           const timeval* /*time*/, void* self) {
  Guarded("PulseAudio timer", [self] {
    auto& capture = *static_cast<PulseCapture*>(self);
    capture.Forget(capture.timer_);
    if (capture.gone_) return;
    if (pa_context_get_state(capture.context_) == PA_CONTEXT_READY) return capture.Ask();
    capture.Connect();
  });
}

/// Finds out what is to be recorded now.
void PulseCapture::Ask() {
  ask_again_ = asking_;
  if (gone_ || asking_) return;
  wanted_.clear();
  pa_operation* asked = nullptr;
  switch (target_.kind) {
    case DesktopTarget::Kind::kSystem:
      asked = pa_context_get_sink_info_by_name(context_, "@DEFAULT_SINK@", OnInfo, this);
      break;
    case DesktopTarget::Kind::kInput:
      asked = pa_context_get_source_info_by_name(context_, "@DEFAULT_SOURCE@", OnInfo, this);
      break;
    case DesktopTarget::Kind::kNode:
      asked = pa_context_get_source_info_by_name(context_, target_.name.c_str(), OnInfo, this);
      break;
    case DesktopTarget::Kind::kApplication:
      asked = pa_context_get_sink_input_info_list(context_, OnInfo, this);
      break;
  }
  if (asked == nullptr) return;  // the connection is lost: its state says so
  asking_ = true;
  pa_operation_unref(asked);
}

/// `end`: not 0 behind the last; below 0 where there is none of that name.
template <typename Info>
void PulseCapture::OnInfo(pa_context* /*context*/, const Info* info, int end, void* self) {
  Guarded("PulseAudio answer", [&] {
    auto& capture = *static_cast<PulseCapture*>(self);
    if (end == 0) return capture.Found(*info);
    capture.Answered();
  });
}

void PulseCapture::Found(const pa_sink_input_info& input) {
  if (IsApplication(target_.name, Property(input.proplist, PA_PROP_APPLICATION_NAME),
                    Property(input.proplist, PA_PROP_APPLICATION_PROCESS_BINARY))) {
    wanted_[input.index] = {.name = {}, .input = input.index};
  }
}

void PulseCapture::Answered() {
  asking_ = false;
  if (ask_again_) return Ask();
  std::erase_if(streams_, [this](const auto& stream) {
    if (wanted_.contains(stream.first)) return false;
    mixer_.End(stream.first);
    return true;
  });
  // Another input than before is another recording.
  const bool has_changed = has_begun_ && streams_.empty();
  if (!has_changed) {
    for (const auto& [id, source] : wanted_) Open(id, source);
  }
  if (streams_.empty()) Missing(Describe(target_));
}

void PulseCapture::Open(std::uint32_t id, const PulseStream::Source& source) {
  if (streams_.contains(id)) return;
  try {
    streams_[id] = std::make_unique<PulseStream>(
        context_, source, format_,
        PulseStream::Client{
            .on_frames =
                [this, id](std::span<const std::byte> frames) {
                  has_begun_ = true;
                  mixer_.Add(id, frames);
                },
            .on_end = [this, id](bool was_running) { OnStreamEnd(id, was_running); }});
  } catch (const Error&) {
    streams_.erase(id);
    AskLater();
  }
}

void PulseCapture::OnStreamEnd(std::uint32_t id, bool was_running) {
  mixer_.End(id);
  streams_.erase(id);
  if (pa_context_get_state(context_) != PA_CONTEXT_READY) return;  // told by itself
  if (!was_running) return AskLater();
  if (streams_.empty()) return Missing(Describe(target_));
  Ask();
}

void PulseCapture::Missing(const std::string& what) {
  if (gone_) return;
  gone_ = has_begun_;
  if (gone_) {
    receiver_.OnGone(what);
  } else {
    receiver_.OnWaiting(what);
  }
}

}  // namespace

std::unique_ptr<Capture> StartPulseCapture(const DesktopTarget& target, const CaptureFormat& format,
                                           CaptureReceiver& receiver) {
  return std::make_unique<PulseCapture>(target, format, receiver);
}

}  // namespace isr
