#include "base/ip_address.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/text.hpp"

namespace isr {
namespace {

constexpr int kBits = 128;
constexpr size_t kV4At = 12;  // bytes before an IPv4 address
constexpr std::array<std::uint8_t, kV4At> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string address(text);
  IpAddress parsed;
  if (inet_pton(AF_INET6, address.c_str(), parsed.bytes_.data()) == 1) return parsed;
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), parsed.bytes_.begin());
  if (inet_pton(AF_INET, address.c_str(), &parsed.bytes_[kV4At]) == 1) return parsed;
  return std::nullopt;
}

bool IpAddress::IsV4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin());
}

bool IpAddress::IsLoopback() const {
  return IsV4() ? bytes_[kV4At] == 127 : *this == Parse("::1");
}

std::string IpAddress::Text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IsV4()) {
    inet_ntop(AF_INET, &bytes_[kV4At], text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  }
  return text.data();
}

IpAddress IpAddress::Masked(int prefix) const {
  IpAddress masked = *this;
  for (int bit = prefix; bit < kBits; ++bit) {
    masked.bytes_[static_cast<size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
  }
  return masked;
}

std::optional<IpNetwork> IpNetwork::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto base = IpAddress::Parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  if (slash == std::string_view::npos) return IpNetwork(*base, kBits);
  const bool is_v4 = text.find(':') == std::string_view::npos;
  const int offset = is_v4 ? static_cast<int>(kV4At) * 8 : 0;
  const auto prefix = ParseInteger(text.substr(slash + 1));
  if (!prefix || *prefix < 0 || *prefix > kBits - offset) return std::nullopt;
  return IpNetwork(*base, offset + static_cast<int>(*prefix));
}

}  // namespace isr
