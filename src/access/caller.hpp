#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"

namespace isr {

/// How a request reached us.
struct Approach {
  IpAddress peer;               ///< the connection's other end
  bool is_encrypted = false;    ///< the connection is
  bool is_forwarded = false;    ///< it shows signs of a proxy
  std::string forwarded_for;    ///< X-Forwarded-For: "client, proxy, proxy"
  std::string forwarded_proto;  ///< X-Forwarded-Proto
};

/// Who sent it.
struct Caller {
  IpAddress address;
  bool is_local = false;      ///< somebody at this very machine, who may do everything
  bool is_encrypted = false;  ///< nobody between reads along
};

/// Whether a header field is one that proxies add. Any case.
bool IsForwardingHeader(std::string_view name);

/// What comes from a loopback address is local only without any sign of a proxy: behind one stands
/// anybody. A proxy's word on whom it asks for counts only when it is among `trusted`.
Caller IdentifyCaller(const Approach& approach, const std::vector<IpNetwork>& trusted);

}  // namespace isr
