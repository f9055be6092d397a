#pragma once

#include <functional>
#include <string>

#include "base/fd.hpp"
#include "glib/source_handle.hpp"

namespace isr {

/// A key of an input device (evdev): a button on a GPIO pin, a pedal, a remote control. The device
/// may come later, go, and come back. Main thread only.
class Button {
 public:
  /// `device`: path of what input events (struct input_event of <linux/input.h>) are read from.
  /// `key`: its code in linux/input-event-codes.h.
  /// `pressed` is called each time the key goes down; that it is held down says nothing.
  Button(std::string device, unsigned key, std::function<void()> pressed);

 private:
  void Open();
  void Read();
  void Lose(const std::string& why);

  const std::string device_;
  const unsigned key_;
  const std::function<void()> pressed_;
  Fd fd_;
  bool is_lost_ = false;  ///< and that was said
  SourceHandle readable_;
  SourceHandle retry_;
};

}  // namespace isr
