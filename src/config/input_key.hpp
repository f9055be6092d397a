#pragma once

#include <optional>
#include <string>

namespace isr {

/// The code of a key or button of an input device by its name in linux/input-event-codes.h,
/// "KEY_RECORD" or "BTN_0" say.
std::optional<unsigned> InputKeyCode(const std::string& name);

}  // namespace isr
