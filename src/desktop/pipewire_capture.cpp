#include <cerrno>
#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pipewire/pipewire.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "desktop/capture.hpp"
#include "desktop/pipewire_registry.hpp"
#include "desktop/pipewire_stream.hpp"
#include "desktop/stream_mixer.hpp"

namespace isr {
namespace {

/// Until the next try, with a server that could not be had.
constexpr timespec kRetryInterval{.tv_sec = 1, .tv_nsec = 0};

constexpr const char* kServer = "PipeWire";
/// Of what is not one certain node of the server.
constexpr std::uint32_t kDefaultNode = PW_ID_ANY;

/// Its own thread is that of the server's loop; nothing else touches the members below `context_`
/// while it runs, but for the mixer.
class PipewireCapture final : public Capture {
 public:
  PipewireCapture(DesktopTarget target, const CaptureFormat& format, CaptureReceiver& receiver)
      : target_(std::move(target)),
        format_(format),
        receiver_(receiver),
        mixer_(format, [this](std::span<const std::byte> frames) { receiver_.OnAudio(frames); }) {
    pw_init(nullptr, nullptr);
    loop_ = pw_thread_loop_new("pipewire", nullptr);
    if (loop_ == nullptr) throw Error("no main loop for PipeWire");
    context_ = pw_context_new(pw_thread_loop_get_loop(loop_), nullptr, 0);
    if (context_ == nullptr || pw_thread_loop_start(loop_) < 0) {
      if (context_ != nullptr) pw_context_destroy(context_);
      pw_thread_loop_destroy(loop_);
      throw Error("no thread for PipeWire");
    }
    pw_thread_loop_lock(loop_);
    timer_ = pw_loop_add_timer(pw_thread_loop_get_loop(loop_), OnTimer, this);
    Connect();
    pw_thread_loop_unlock(loop_);
  }

  ~PipewireCapture() override {
    pw_thread_loop_lock(loop_);
    streams_.clear();
    registry_.reset();
    pw_loop_destroy_source(pw_thread_loop_get_loop(loop_), timer_);
    pw_thread_loop_unlock(loop_);
    pw_thread_loop_stop(loop_);
    pw_context_destroy(context_);
    pw_thread_loop_destroy(loop_);
  }

 private:
  using Wanted = std::map<std::uint32_t, PipewireStream::Source>;

  void Connect();
  void OnLost();
  void ConnectLater();
  Wanted FindWanted() const;
  void Look();
  void Open(std::uint32_t id, const PipewireStream::Source& source);
  void EndMixing(std::uint32_t id);
  void Missing(const std::string& what);
  static void OnTimer(void* self, std::uint64_t expirations);

  const DesktopTarget target_;
  const CaptureFormat format_;
  CaptureReceiver& receiver_;
  std::mutex mutex_;
  StreamMixer mixer_;       // protected by mutex_
  bool has_begun_ = false;  // protected by mutex_; audio came
  pw_thread_loop* loop_ = nullptr;
  pw_context* context_ = nullptr;

  spa_source* timer_ = nullptr;
  std::unique_ptr<PipewireRegistry> registry_;
  bool gone_ = false;                                                 ///< said so
  std::map<std::uint32_t, std::unique_ptr<PipewireStream>> streams_;  ///< by node
};

void PipewireCapture::Connect() {
  streams_.clear();
  registry_.reset();
  try {
    registry_ = std::make_unique<PipewireRegistry>(
        context_,
        PipewireRegistry::Client{.on_change = [this] { Look(); }, .on_lost = [this] { OnLost(); }});
  } catch (const Error&) {
    OnLost();
  }
}

void PipewireCapture::OnLost() {
  for (const auto& [id, stream] : streams_) EndMixing(id);
  Missing(kServer);
  ConnectLater();
}

void PipewireCapture::ConnectLater() {
  timespec value = kRetryInterval;
  pw_loop_update_timer(pw_thread_loop_get_loop(loop_), timer_, &value, nullptr, false);
}

void PipewireCapture::OnTimer(void* self, std::uint64_t /*expirations*/) {
  Guarded("PipeWire timer", [self] {
    auto& capture = *static_cast<PipewireCapture*>(self);
    if (!capture.gone_) capture.Connect();
  });
}

PipewireCapture::Wanted PipewireCapture::FindWanted() const {
  Wanted wanted;
  for (const PipewireNode& node : registry_->Nodes()) {
    switch (target_.kind) {
      case DesktopTarget::Kind::kSystem:
        if (node.IsOutput()) wanted[kDefaultNode] = {.target = {}, .is_sink = true};
        break;
      case DesktopTarget::Kind::kInput:
        if (node.IsInput()) wanted[kDefaultNode] = {};
        break;
      case DesktopTarget::Kind::kNode:
        if ((node.IsOutput() || node.IsInput()) && node.name == target_.name) {
          wanted[node.id] = {.target = node.serial, .is_sink = node.IsOutput()};
        }
        break;
      case DesktopTarget::Kind::kApplication:
        if (node.IsPlaying() && IsApplication(target_.name, node.application, node.binary)) {
          wanted[node.id] = {.target = node.serial};
        }
        break;
    }
  }
  return wanted;
}

/// Finds out what is to be recorded now.
void PipewireCapture::Look() {
  if (gone_) return;
  const Wanted wanted = FindWanted();
  std::erase_if(streams_, [&](const auto& stream) {
    if (wanted.contains(stream.first)) return false;
    EndMixing(stream.first);
    return true;
  });
  bool has_begun = false;
  {
    const std::lock_guard lock(mutex_);
    has_begun = has_begun_;
  }
  if (!has_begun || !streams_.empty()) {
    for (const auto& [id, source] : wanted) Open(id, source);
  }
  if (streams_.empty()) Missing(Describe(target_));
}

void PipewireCapture::Open(std::uint32_t id, const PipewireStream::Source& source) {
  if (streams_.contains(id)) return;
  try {
    streams_[id] = std::make_unique<PipewireStream>(registry_->Core(), source, format_,
                                                    [this, id](std::span<const std::byte> frames) {
                                                      const std::lock_guard lock(mutex_);
                                                      has_begun_ = true;
                                                      mixer_.Add(id, frames);
                                                    });
  } catch (const Error&) {
    streams_.erase(id);
    ConnectLater();
  }
}

void PipewireCapture::EndMixing(std::uint32_t id) {
  const std::lock_guard lock(mutex_);
  mixer_.End(id);
}

void PipewireCapture::Missing(const std::string& what) {
  if (gone_) return;
  {
    const std::lock_guard lock(mutex_);
    gone_ = has_begun_;
  }
  if (gone_) {
    receiver_.OnGone(what);
  } else {
    receiver_.OnWaiting(what);
  }
}

}  // namespace

std::unique_ptr<Capture> StartPipewireCapture(const DesktopTarget& target,
                                              const CaptureFormat& format,
                                              CaptureReceiver& receiver) {
  return std::make_unique<PipewireCapture>(target, format, receiver);
}

}  // namespace isr
