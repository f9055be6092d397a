#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "control/control_service.hpp"

namespace isr {

/// Carries out the request in `line`. `respond` gets the answer's line, at once or later, once.
/// Main thread.
void ExecuteRequest(ControlService& service, std::string_view line,
                    const std::function<void(std::string answer)>& respond);

}  // namespace isr
