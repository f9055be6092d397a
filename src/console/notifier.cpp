#include "console/notifier.hpp"

#include <canberra.h>
#include <gio/gio.h>

#include "glib/log.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "console";

/// What is never told twice at length: a machine without a desktop is none that is broken.
void Missed(const char* what, const char* why) {
  LogDebug(kDomain, "{}: {}", what, why);
}

void OnNotified(GObject* bus, GAsyncResult* result, gpointer /*unused*/) {
  g_autoptr(GError) error = nullptr;
  g_autoptr(GVariant) answer =
      g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, &error);
  if (answer == nullptr) Missed("no notification", error->message);
}

void OnBus(GObject* /*source*/, GAsyncResult* result, gpointer parameters) {
  g_autoptr(GVariant) call = static_cast<GVariant*>(parameters);
  g_autoptr(GError) error = nullptr;
  g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);
  if (bus == nullptr) {
    Missed("no notification", error->message);
    return;
  }
  constexpr int kPatience = 5000;  // ms
  g_dbus_connection_call(bus, "org.freedesktop.Notifications", "/org/freedesktop/Notifications",
                         "org.freedesktop.Notifications", "Notify", call, nullptr,
                         G_DBUS_CALL_FLAGS_NONE, kPatience, nullptr, OnNotified, nullptr);
}

}  // namespace

void Notifier::ContextEnd::operator()(ca_context* context) const {
  ca_context_destroy(context);
}

void Notifier::Tell(const std::string& summary, const std::string& body, const std::string& sound) {
  constexpr int kServersOwnTime = -1;
  GVariantBuilder hints;
  g_variant_builder_init(&hints, G_VARIANT_TYPE_VARDICT);
  // Who shows it may not play it, or play it twice.
  g_variant_builder_add(&hints, "{sv}", "suppress-sound", g_variant_new_boolean(TRUE));
  g_variant_builder_add(&hints, "{sv}", "category", g_variant_new_string("transfer.complete"));
  // Bodies may hold markup; what a file is called is none.
  g_autofree char* plain = g_markup_escape_text(body.c_str(), -1);
  GVariant* const call = g_variant_new("(susssasa{sv}i)", "isr", 0U, "audio-input-microphone",
                                       summary.c_str(), plain, nullptr, &hints, kServersOwnTime);
  g_bus_get(G_BUS_TYPE_SESSION, nullptr, OnBus, g_variant_ref_sink(call));
  if (sound.empty()) return;
  if (thread_ == nullptr) thread_ = std::make_unique<TaskThread>("isr-sound");
  if (thread_->Backlog() > 0)
    return;  // the sound server is slow; nobody wants to hear it all later
  thread_->Post([this, sound] { Play(sound); });
}

void Notifier::Play(const std::string& sound) {
  if (sounds_ == nullptr) {
    ca_context* context = nullptr;
    if (const int error = ca_context_create(&context); error != CA_SUCCESS) {
      Missed("no sound", ca_strerror(error));
      return;
    }
    sounds_.reset(context);
    ca_context_change_props(context, CA_PROP_APPLICATION_NAME, "isr", nullptr);
  }
  const char* const kind = sound.starts_with('/') ? CA_PROP_MEDIA_FILENAME : CA_PROP_EVENT_ID;
  const int error = ca_context_play(sounds_.get(), 0, kind, sound.c_str(), nullptr);
  if (error != CA_SUCCESS) Missed("no sound", ca_strerror(error));
}

}  // namespace isr
