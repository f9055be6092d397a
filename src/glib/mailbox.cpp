#include "glib/mailbox.hpp"

#include "base/guarded.hpp"

namespace isr {
namespace {

gboolean DispatchCallback(GSource* source, GSourceFunc callback, gpointer data) {
  g_source_set_ready_time(source, -1);
  return callback(data);
}

GSourceFuncs g_mailbox_funcs = {nullptr, nullptr, DispatchCallback, nullptr, nullptr, nullptr};

}  // namespace

Mailbox::Mailbox(GMainContext* context) : source_(g_source_new(&g_mailbox_funcs, sizeof(GSource))) {
  g_source_set_name(source_, "isr mailbox");
  g_source_set_callback(source_, Dispatch, this, nullptr);
  g_source_attach(source_, context);
}

Mailbox::~Mailbox() {
  g_source_destroy(source_);
  g_source_unref(source_);
}

void Mailbox::Send(Letter letter) {
  const std::lock_guard lock(mutex_);
  letters_.push_back(std::move(letter));
  g_source_set_ready_time(source_, 0);
}

gboolean Mailbox::Dispatch(gpointer self) noexcept {
  auto& mailbox = *static_cast<Mailbox*>(self);
  GSource* const source = g_source_ref(mailbox.source_);
  std::deque<Letter> letters;
  {
    const std::lock_guard lock(mailbox.mutex_);
    letters.swap(mailbox.letters_);
  }
  for (const Letter& letter : letters) {
    // A letter may destroy the mailbox; the rest is then dropped, as promised.
    if (g_source_is_destroyed(source)) break;
    Guarded("mailbox", letter);
  }
  g_source_unref(source);
  return G_SOURCE_CONTINUE;
}

}  // namespace isr
