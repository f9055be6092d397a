#include "app/debug_line.hpp"

#include <filesystem>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "glib/launch_line.hpp"
#include "glib/property.hpp"
#include "recorder/recording_pipeline.hpp"
#include "recorder/recording_plan.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;

/// In a build tree the elements are beside the program; installed, GStreamer finds them.
std::string PluginPathHint() {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path() / "plugins";
  if (error || !fs::exists(folder / "libgstisr.so", error)) return {};
  return fmt::format("GST_PLUGIN_PATH={} ", ShellWord(folder));
}

void HideLogin(SourceSettings& settings) {
  auto* const stream = std::get_if<StreamSettings>(&settings.specific);
  if (stream == nullptr || stream->username.empty()) return;
  stream->username = "USER";
  stream->password = "PASSWORD";
}

/// What the files end in. That of a stream is known only once it is heard.
std::string ExtensionOf(const SourceSettings& settings) {
  return std::visit([](const auto& specific) { return specific.format; }, settings.specific);
}

}  // namespace

std::string DebugLine(SourceSettings settings) {
  HideLogin(settings);
  const auto plan = std::make_shared<RecordingPlan>(
      settings, RecordingPlan::Options{.history = std::make_shared<FrameHistory>()});
  const Ref<GstElement> pipeline = plan->Build();
  const auto sink =
      Ref<GstElement>::Adopt(gst_bin_get_by_name(GST_BIN(pipeline.Get()), kRecordingSinkName));
  const std::string extension = ExtensionOf(settings);
  SetProperty(sink.Get(), "location",
              settings.name + "%03d." + (extension == "auto" ? "audio" : extension));
  return PluginPathHint() + "gst-launch-1.0 -m -e " + LaunchLineOf(pipeline.Get());
}

}  // namespace isr
