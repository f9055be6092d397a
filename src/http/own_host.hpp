#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isr {

/// Whether a request's Host header names this machine: an IP address, "localhost", `machine_name`
/// or that with ".local", or one of `others`, which are in lower case. A foreign page whose name
/// was made to point here (DNS rebinding) sends its own name.
bool IsOwnHost(std::string_view host_header, std::string_view machine_name,
               const std::vector<std::string>& others);

/// Whether a request's Origin header, if there is one, names the page that its Host header serves.
bool IsOwnOrigin(std::string_view origin_header, std::string_view host_header);

}  // namespace isr
