#pragma once

#include <memory>
#include <string>

#include "base/task_thread.hpp"

struct ca_context;

namespace isr {

/// Tells the person at this desktop: a notification (Desktop Notifications Specification 1.2, over
/// the session bus) and a sound (XDG Sound Theme, by libcanberra). Where there is no desktop it
/// does nothing. Never waits. Main thread only.
class Notifier {
 public:
  /// `sound`: a name of the sound theme ("camera-shutter"), the absolute path of a file, or empty.
  void Tell(const std::string& summary, const std::string& body, const std::string& sound);

 private:
  void Play(const std::string& sound);

  struct ContextEnd {
    void operator()(ca_context* context) const;
  };
  std::unique_ptr<ca_context, ContextEnd> sounds_;  // made and used by the thread
  std::unique_ptr<TaskThread> thread_;  // from the first sound on: sound servers may be slow
};

}  // namespace isr
