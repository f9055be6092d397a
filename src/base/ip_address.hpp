#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isr {

/// An IPv4 or IPv6 address. The IPv4 one and the same mapped into IPv6 (::ffff:10.0.0.1), which a
/// socket for both kinds shows, are equal.
class IpAddress {
 public:
  static std::optional<IpAddress> Parse(std::string_view text);

  /// Of this machine only: 127.0.0.0/8, ::1
  bool IsLoopback() const;
  bool IsV4() const;
  std::string Text() const;
  /// Those that share the first `prefix` bits of 128 have the same; an IPv4 address begins at 96.
  IpAddress Masked(int prefix) const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// "10.0.0.0/8", "fd00::/8", or a single address.
class IpNetwork {
 public:
  static std::optional<IpNetwork> Parse(std::string_view text);

  bool Holds(const IpAddress& address) const { return address.Masked(prefix_) == base_; }

 private:
  IpNetwork(const IpAddress& base, int prefix) : base_(base.Masked(prefix)), prefix_(prefix) {}

  IpAddress base_;
  int prefix_;  // bits of 128
};

}  // namespace isr
