#pragma once

#include <string>

#include "http/request.hpp"
#include "http/services.hpp"

namespace isr {

/// Whether the recording called `name` may still grow. Waits for the disk.
bool IsGrowing(const Request& request, const HttpServices& services, const std::string& name);

}  // namespace isr
