#pragma once

#include <functional>
#include <string>
#include <vector>

#include <gtk/gtk.h>
#include <libayatana-appindicator/app-indicator.h>

#include "glib/ref.hpp"
#include "glib/source_handle.hpp"
#include "tray/recorder_link.hpp"

namespace isr {

struct TraySettings {
  std::string socket;     ///< the control socket of the isr that it is about
  std::string config;     ///< that isr's config
  std::string directory;  ///< of its saved files
  std::string binding;    ///< as ParseBinding takes it; empty: no hotkey
};

/// "<ctrl>+<shift>+s" as GTK has it, "<ctrl><shift>s"; empty when it is no key.
std::string ParseBinding(const std::string& text);

/// The icon of a running isr in the desktop's tray (StatusNotifierItem), with a menu, and the key
/// that saves from anywhere (X11). Main thread only.
class Tray {
 public:
  explicit Tray(TraySettings settings);
  ~Tray();
  Tray(const Tray&) = delete;
  Tray& operator=(const Tray&) = delete;

 private:
  using Action = std::function<void()>;

  GtkWidget* AddItem(const char* label, Action action);
  void MakeMenu();
  void BindKey();
  void Look();
  void Show(RecorderLink::State state);
  void Save(const std::string& label);
  void SaveWithLabel();
  void Command(const std::string& command);
  void Open(const std::string& path);
  void Quit();
  void Complain(const std::string& trouble);

  const TraySettings settings_;
  RecorderLink link_;
  RecorderLink::State state_ = RecorderLink::State::kNotRunning;
  std::string key_;  ///< bound; or empty
  Ref<GObject> indicator_;
  GtkWidget* const menu_;  ///< the indicator's
  GtkWidget* pause_ = nullptr;
  std::vector<GtkWidget*> needing_isr_;  ///< items that do nothing without it
  SourceHandle timer_;
};

}  // namespace isr
