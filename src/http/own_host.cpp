#include "http/own_host.hpp"

#include <algorithm>
#include <string>

#include <gio/gio.h>

#include "base/text.hpp"

namespace isr {
namespace {

/// Without the port and an IPv6 address's brackets.
std::string HostName(std::string_view header) {
  if (header.starts_with('[')) return std::string(header.substr(1, header.find(']') - 1));
  return LowerCase(header.substr(0, header.find(':')));
}

}  // namespace

bool IsOwnHost(std::string_view host_header, std::string_view machine_name,
               const std::vector<std::string>& others) {
  std::string name = HostName(Trim(host_header));
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return false;
  if (g_hostname_is_ip_address(name.c_str()) != FALSE || name == "localhost") return true;
  const std::string machine = LowerCase(machine_name);
  return name == machine || name == machine + ".local" ||
         std::find(others.begin(), others.end(), name) != others.end();
}

bool IsOwnOrigin(std::string_view origin_header, std::string_view host_header) {
  if (origin_header.empty()) return true;  // no page: a script, curl
  const std::string origin = LowerCase(Trim(origin_header));
  const std::string host = LowerCase(Trim(host_header));
  return origin == "http://" + host || origin == "https://" + host;
}

}  // namespace isr
