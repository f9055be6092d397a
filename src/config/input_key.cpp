#include "config/input_key.hpp"

#include <libevdev/libevdev.h>

namespace isr {

std::optional<unsigned> InputKeyCode(const std::string& name) {
  const int code = libevdev_event_code_from_name(EV_KEY, name.c_str());
  return code < 0 ? std::nullopt : std::optional(static_cast<unsigned>(code));
}

}  // namespace isr
