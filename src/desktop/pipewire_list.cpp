#include <memory>

#include "base/error.hpp"
#include "desktop/capture.hpp"
#include "desktop/pipewire_registry.hpp"

namespace isr {
namespace {

struct FreeLoop {
  void operator()(pw_main_loop* loop) const { pw_main_loop_destroy(loop); }
};
struct FreeContext {
  void operator()(pw_context* context) const { pw_context_destroy(context); }
};

}  // namespace

std::vector<DesktopNode> ListPipewireNodes() {
  pw_init(nullptr, nullptr);
  const std::unique_ptr<pw_main_loop, FreeLoop> loop(pw_main_loop_new(nullptr));
  const std::unique_ptr<pw_context, FreeContext> context(
      pw_context_new(pw_main_loop_get_loop(loop.get()), nullptr, 0));
  const auto quit = [&loop] { pw_main_loop_quit(loop.get()); };
  std::vector<PipewireNode> nodes;
  try {
    const PipewireRegistry registry(context.get(), {.on_change = quit, .on_lost = quit});
    pw_main_loop_run(loop.get());
    nodes = registry.Nodes();
  } catch (const Error&) {
    return {};
  }
  std::vector<DesktopNode> listed{{"system", "what the default output plays"},
                                  {"input", "the default input"}};
  for (const PipewireNode& node : nodes) {
    if (node.IsPlayer()) {
      AddApplication(listed, node.application, node.binary, node.name);
    } else if (node.IsOutput() || node.IsInput()) {
      listed.push_back({node.name, node.description});
    }
  }
  return listed;
}

}  // namespace isr
