#include "app/local_console.hpp"

#include <fmt/format.h>

#include "config/input_key.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "app";

}  // namespace

void LocalConsole::Apply(const ButtonSettings& button, const NotificationSettings& notifications) {
  notifications_ = notifications;
  if (button == button_settings_) return;
  button_settings_ = button;
  button_.reset();
  if (button.device.empty()) return;
  button_ = std::make_unique<Button>(button.device, InputKeyCode(button.key).value_or(0),
                                     [this] { Save(); });
}

void LocalConsole::Save() {
  LogInfo(kDomain, "the button was pressed: save {}", button_settings_.source);
  SaveRequest request;
  request.sources = {button_settings_.source};
  try {
    saves_.Save(request, [](const SaveAnswer&) {});  // each file is logged, and told
  } catch (const SaveError& error) {
    LogWarning(kDomain, "the button saved nothing: {}", error.what());
  }
}

void LocalConsole::Tell(const SaveResult& result) {
  if (!notifications_.enabled) return;
  if (result.file) {
    notifier_.Tell(fmt::format("Saved {:.1f} s of {}", result.file->seconds, result.source),
                   result.file->path, notifications_.sound);
  } else {
    notifier_.Tell(fmt::format("Nothing saved of {}", result.source), result.error->what(), {});
  }
}

}  // namespace isr
