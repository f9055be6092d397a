#include "access/sessions.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>
#include <glib.h>
#include <sys/random.h>

#include "base/error.hpp"

namespace isr {
namespace {

/// Beyond this the one that would end first makes room.
constexpr size_t kMaxSessions = 1000;

std::string RandomToken() {
  std::array<std::uint8_t, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw SystemError("cannot get random bytes", errno);
  }
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace

Sessions::Sessions() : key_(RandomToken()) {}

std::string Sessions::Digest(std::string_view token) const {
  g_autofree char* digest = g_compute_hmac_for_data(
      G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(key_.data()), key_.size(),
      reinterpret_cast<const guchar*>(token.data()), token.size());
  return digest;
}

std::string Sessions::Begin(std::chrono::seconds lifetime, MonotonicTime now) {
  std::string token = RandomToken();
  Remember(token, lifetime, now);
  return token;
}

void Sessions::Remember(std::string_view token, std::chrono::seconds lifetime, MonotonicTime now) {
  std::erase_if(ends_, [now](const auto& one) { return one.second <= now; });
  if (ends_.size() >= kMaxSessions) {
    ends_.erase(std::min_element(ends_.begin(), ends_.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  ends_.insert_or_assign(Digest(token), now + lifetime);
}

bool Sessions::Holds(std::string_view token, MonotonicTime now) const {
  const auto found = ends_.find(Digest(token));
  return found != ends_.end() && now < found->second;
}

void Sessions::End(std::string_view token) {
  ends_.erase(Digest(token));
}

}  // namespace isr
