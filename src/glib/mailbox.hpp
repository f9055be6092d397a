#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include <glib.h>

namespace isr {

/// The door through which other threads reach the owner of a main context.
///
/// `Send` is thread-safe; what was sent runs in order in the context's thread. The owner destroys
/// the mailbox in that thread: what is still queued is then dropped unrun, and nothing runs later.
class Mailbox {
 public:
  using Letter = std::function<void()>;

  /// `context`: nullptr for the default one.
  explicit Mailbox(GMainContext* context = nullptr);
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void Send(Letter letter);

 private:
  static gboolean Dispatch(gpointer self) noexcept;

  std::mutex mutex_;
  std::deque<Letter> letters_;  // protected by mutex_
  GSource* source_;             // woken by its ready time
};

}  // namespace isr
