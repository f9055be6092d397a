#pragma once

#include <memory>

#include "config/settings.hpp"
#include "console/button.hpp"
#include "console/notifier.hpp"
#include "model/save.hpp"
#include "replay/save_document.hpp"

namespace isr {

/// What the person at this machine can press, and what it tells them. Main thread only.
class LocalConsole {
 public:
  /// `saves` outlives it.
  explicit LocalConsole(SaveService& saves) : saves_(saves) {}

  void Apply(const ButtonSettings& button, const NotificationSettings& notifications);

  /// One that somebody asked for, here or elsewhere.
  void Tell(const SaveResult& result);

 private:
  void Save();

  SaveService& saves_;
  ButtonSettings button_settings_;
  NotificationSettings notifications_;
  Notifier notifier_;
  std::unique_ptr<Button> button_;
};

}  // namespace isr
