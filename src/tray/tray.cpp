#include "tray/tray.hpp"

#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <keybinder.h>

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "tray";

/// What it shows may be so old.
constexpr std::chrono::seconds kLookInterval{1};

struct Looks {
  const char* icon;  ///< Icon Naming Specification
  const char* what;  ///< for who sees no icons
};

Looks LooksOf(RecorderLink::State state) {
  switch (state) {
    case RecorderLink::State::kRecording:
      return {"media-record", "isr is recording"};
    case RecorderLink::State::kPaused:
      return {"media-playback-pause", "isr is paused"};
    case RecorderLink::State::kNotRunning:
      break;
  }
  return {"media-playback-stop", "isr is not running"};
}

void OnActivate(GtkMenuItem* /*item*/, gpointer action) noexcept {
  Guarded(kDomain, [&] { (*static_cast<std::function<void()>*>(action))(); });
}

void DeleteAction(gpointer action, GClosure* /*closure*/) {
  delete static_cast<std::function<void()>*>(action);
}

void OnKey(const char* /*key*/, gpointer action) noexcept {
  Guarded(kDomain, [&] { (*static_cast<std::function<void()>*>(action))(); });
}

void DeleteKeyAction(gpointer action) {
  delete static_cast<std::function<void()>*>(action);
}

/// What was entered; nothing when it was given up.
std::optional<std::string> AskForLabel() {
  GtkWidget* const dialog =
      gtk_dialog_new_with_buttons("Save with a label", nullptr, GTK_DIALOG_MODAL, "_Cancel",
                                  GTK_RESPONSE_CANCEL, "_Save", GTK_RESPONSE_ACCEPT, nullptr);
  gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
  GtkWidget* const entry = gtk_entry_new();
  gtk_entry_set_placeholder_text(GTK_ENTRY(entry), "What was it?");
  gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
  gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), entry);
  gtk_widget_show_all(dialog);
  std::optional<std::string> label;
  if (gtk_dialog_run(GTK_DIALOG(dialog)) == GTK_RESPONSE_ACCEPT) {
    label = gtk_entry_get_text(GTK_ENTRY(entry));
  }
  gtk_widget_destroy(dialog);
  return label;
}

}  // namespace

std::string ParseBinding(const std::string& text) {
  std::string accelerator;
  for (const char c : text) {
    if (c != '+') accelerator += c;
  }
  guint key = 0;
  GdkModifierType modifiers{};
  gtk_accelerator_parse(accelerator.c_str(), &key, &modifiers);
  return key == 0 ? std::string() : accelerator;
}

Tray::Tray(TraySettings settings)
    : settings_(std::move(settings)),
      link_(settings_.socket),
      indicator_(Ref<GObject>::Adopt(G_OBJECT(app_indicator_new(
          "isr", LooksOf(state_).icon, APP_INDICATOR_CATEGORY_APPLICATION_STATUS)))),
      menu_(gtk_menu_new()) {
  MakeMenu();
  auto* const indicator = APP_INDICATOR(indicator_.Get());
  app_indicator_set_title(indicator, "isr");
  app_indicator_set_menu(indicator, GTK_MENU(menu_));
  app_indicator_set_status(indicator, APP_INDICATOR_STATUS_ACTIVE);
  Show(state_);
  BindKey();
  Look();
  timer_ = SourceHandle::Every(kLookInterval, [this] { Look(); });
}

Tray::~Tray() {
  if (!key_.empty()) keybinder_unbind_all(key_.c_str());
}

GtkWidget* Tray::AddItem(const char* label, Action action) {
  GtkWidget* const item = gtk_menu_item_new_with_mnemonic(label);
  g_signal_connect_data(item, "activate", G_CALLBACK(OnActivate), new Action(std::move(action)),
                        DeleteAction, GConnectFlags{});
  gtk_menu_shell_append(GTK_MENU_SHELL(menu_), item);
  return item;
}

void Tray::MakeMenu() {
  GtkWidget* const save = AddItem("_Save what has just happened", [this] { Save({}); });
  GtkWidget* const label = AddItem("Save with a _label…", [this] { SaveWithLabel(); });
  pause_ = AddItem(
      "_Pause", [this] { Command(state_ == RecorderLink::State::kPaused ? "resume" : "pause"); });
  needing_isr_ = {save, label, pause_};
  gtk_menu_shell_append(GTK_MENU_SHELL(menu_), gtk_separator_menu_item_new());
  AddItem("_Open the folder", [this] { Open(settings_.directory); });
  AddItem("_Edit the settings", [this] { Open(settings_.config); });
  AddItem("_Quit", [this] { Quit(); });
  gtk_widget_show_all(menu_);
  app_indicator_set_secondary_activate_target(APP_INDICATOR(indicator_.Get()), save);
}

void Tray::BindKey() {
  if (settings_.binding.empty()) return;
  const std::string key = ParseBinding(settings_.binding);
  if (key.empty()) {
    throw Error(fmt::format("[hotkey] binding: '{}' is no key; write it like <ctrl>+<shift>+s",
                            settings_.binding));
  }
  if (!keybinder_supported()) {
    LogWarning(kDomain, "keys can only be bound under X11; let the desktop run 'isr --user save'");
    return;
  }
  keybinder_init();
  keybinder_set_use_cooked_accelerators(FALSE);  // <shift>s is what is pressed, not S
  auto action = std::make_unique<Action>([this] { Save({}); });
  if (!keybinder_bind_full(key.c_str(), OnKey, action.get(), DeleteKeyAction)) {
    LogWarning(kDomain, "'{}' is taken by another program; use another binding in [hotkey]",
               settings_.binding);
    return;
  }
  (void)action.release();
  key_ = key;
}

void Tray::Look() {
  link_.AskState([this](RecorderLink::State state) {
    if (state != state_) Show(state);
  });
}

void Tray::Show(RecorderLink::State state) {
  state_ = state;
  const Looks looks = LooksOf(state);
  app_indicator_set_icon_full(APP_INDICATOR(indicator_.Get()), looks.icon, looks.what);
  const bool is_running = state != RecorderLink::State::kNotRunning;
  for (GtkWidget* const item : needing_isr_) gtk_widget_set_sensitive(item, is_running);
  gtk_menu_item_set_label(GTK_MENU_ITEM(pause_),
                          state == RecorderLink::State::kPaused ? "_Resume" : "_Pause");
}

void Tray::Save(const std::string& label) {
  ControlRequest request{.command = "save", .sources = {"all"}};
  request.save.label = label;
  link_.Ask(request, [this](const std::string& trouble) { Complain(trouble); });
}

void Tray::SaveWithLabel() {
  if (const auto label = AskForLabel()) Save(*label);
}

void Tray::Command(const std::string& command) {
  link_.Ask({.command = command, .sources = {"all"}}, [this](const std::string& trouble) {
    Complain(trouble);
    Look();
  });
}

void Tray::Open(const std::string& path) {
  g_autofree char* uri = g_filename_to_uri(path.c_str(), nullptr, nullptr);
  g_autoptr(GError) error = nullptr;
  if (uri == nullptr || g_app_info_launch_default_for_uri(uri, nullptr, &error)) return;
  Complain(fmt::format("cannot open '{}': {}", path, error->message));
}

/// With the recorder, where it runs.
void Tray::Quit() {
  link_.Ask({.command = "quit"}, [](const std::string&) { gtk_main_quit(); });
}

void Tray::Complain(const std::string& trouble) {
  if (trouble.empty()) return;
  LogWarning(kDomain, "{}", trouble);
  GtkWidget* const dialog = gtk_message_dialog_new(nullptr, GTK_DIALOG_MODAL, GTK_MESSAGE_WARNING,
                                                   GTK_BUTTONS_CLOSE, "%s", trouble.c_str());
  g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), nullptr);
  gtk_widget_show(dialog);
}

}  // namespace isr
