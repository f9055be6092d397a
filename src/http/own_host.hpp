#pragma once

#include <string_view>

namespace isr {

/// Whether a request's Host header names this machine: an IP address, "localhost", `machine_name`
/// or that with ".local". A foreign page whose name was made to point here (DNS rebinding) sends
/// its own name.
bool IsOwnHost(std::string_view host_header, std::string_view machine_name);

/// Whether a request's Origin header, if there is one, names the page that its Host header serves.
bool IsOwnOrigin(std::string_view origin_header, std::string_view host_header);

}  // namespace isr
