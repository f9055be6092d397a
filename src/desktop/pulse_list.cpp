#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <pulse/pulseaudio.h>

#include "base/guarded.hpp"
#include "desktop/capture.hpp"

namespace isr {
namespace {

constexpr std::chrono::seconds kPatience{2};

/// Asks one server, in the caller's thread.
class PulseLister {
 public:
  PulseLister() : loop_(pa_mainloop_new()) {
    context_ = pa_context_new(pa_mainloop_get_api(loop_), "isr");
  }
  ~PulseLister() {
    pa_context_disconnect(context_);
    pa_context_unref(context_);
    pa_mainloop_free(loop_);
  }
  PulseLister(const PulseLister&) = delete;
  PulseLister& operator=(const PulseLister&) = delete;

  std::vector<DesktopNode> List() {
    if (!Connect()) return {};
    nodes_ = {{"system", "what the default output plays"}, {"input", "the default input"}};
    Await(pa_context_get_source_info_list(context_, OnInfo, this));
    Await(pa_context_get_sink_input_info_list(context_, OnInfo, this));
    return std::move(nodes_);
  }

  /// "pulseaudio", or "PulseAudio (on PipeWire 0.3.65)"; empty when there is none.
  std::string ServerName() {
    if (!Connect()) return {};
    Await(pa_context_get_server_info(
        context_,
        [](pa_context*, const pa_server_info* info, void* self) {
          Guarded("PulseAudio server", [&] {
            if (info != nullptr) static_cast<PulseLister*>(self)->server_ = info->server_name;
          });
        },
        this));
    return server_;
  }

 private:
  bool Connect() {
    if (pa_context_connect(context_, nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr) < 0) return false;
    while (PA_CONTEXT_IS_GOOD(pa_context_get_state(context_)) != 0) {
      if (pa_context_get_state(context_) == PA_CONTEXT_READY) return true;
      if (!Iterate()) return false;
    }
    return false;
  }

  /// False where the server takes too long.
  bool Iterate() {
    return std::chrono::steady_clock::now() < deadline_ &&
           pa_mainloop_prepare(loop_, std::chrono::microseconds(kPatience).count()) >= 0 &&
           pa_mainloop_poll(loop_) >= 0 && pa_mainloop_dispatch(loop_) >= 0;
  }

  void Await(pa_operation* operation) {
    if (operation == nullptr) return;
    while (pa_operation_get_state(operation) == PA_OPERATION_RUNNING && Iterate()) {
    }
    pa_operation_unref(operation);
  }

  template <typename Info>
  static void OnInfo(pa_context* /*context*/, const Info* info, int end, void* self) {
    Guarded("PulseAudio list", [&] {
      if (end == 0) static_cast<PulseLister*>(self)->Found(*info);
    });
  }

  void Found(const pa_source_info& source) {
    nodes_.push_back({source.name, source.description == nullptr ? "" : source.description});
  }

  void Found(const pa_sink_input_info& input) {
    const auto property = [&input](const char* key) -> std::string {
      const char* const value = pa_proplist_gets(input.proplist, key);
      return value == nullptr ? "" : value;
    };
    AddApplication(nodes_, property(PA_PROP_APPLICATION_NAME),
                   property(PA_PROP_APPLICATION_PROCESS_BINARY),
                   input.name == nullptr ? "" : input.name);
  }

  pa_mainloop* const loop_;
  pa_context* context_ = nullptr;
  std::vector<DesktopNode> nodes_;
  std::string server_;
  const std::chrono::steady_clock::time_point deadline_ =
      std::chrono::steady_clock::now() + kPatience;
};

}  // namespace

std::vector<DesktopNode> ListPulseNodes() {
  return PulseLister().List();
}

bool PulseRuns() {
  const std::string name = PulseLister().ServerName();
  return !name.empty() && name.find("PipeWire") == std::string::npos;
}

}  // namespace isr
