#include "access/caller.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace isr {
namespace {

bool IsTrusted(const IpAddress& address, const std::vector<IpNetwork>& trusted) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [&address](const IpNetwork& network) { return network.Holds(address); });
}

/// "10.0.0.1", "10.0.0.1:5000", "fd00::1" or "[fd00::1]:5000"
std::optional<IpAddress> AddressIn(std::string_view text) {
  if (text.starts_with('[')) return IpAddress::Parse(text.substr(1, text.find(']') - 1));
  const bool has_port = std::count(text.begin(), text.end(), ':') == 1;
  return IpAddress::Parse(has_port ? text.substr(0, text.find(':')) : text);
}

/// Each proxy adds at the end whom it got the request from: what stands before an address that
/// nobody here vouches for can be invented.
IpAddress ClientOf(const Approach& approach, const std::vector<IpNetwork>& trusted) {
  IpAddress client = approach.peer;
  std::vector<std::string> chain = SplitWords(approach.forwarded_for);
  while (!chain.empty() && IsTrusted(client, trusted)) {
    const auto before = AddressIn(chain.back());
    if (!before) break;
    client = *before;
    chain.pop_back();
  }
  return client;
}

}  // namespace

bool IsForwardingHeader(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{
      "forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"};
  const std::string lower = LowerCase(name);
  return lower.starts_with("x-forwarded") ||
         std::find(kNames.begin(), kNames.end(), lower) != kNames.end();
}

Caller IdentifyCaller(const Approach& approach, const std::vector<IpNetwork>& trusted) {
  if (!IsTrusted(approach.peer, trusted)) {
    return {.address = approach.peer,
            .is_local = approach.peer.IsLoopback() && !approach.is_forwarded,
            .is_encrypted = approach.is_encrypted};
  }
  return {.address = ClientOf(approach, trusted),
          .is_local = false,
          .is_encrypted = approach.is_encrypted || LowerCase(approach.forwarded_proto) == "https"};
}

}  // namespace isr
