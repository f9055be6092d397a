#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace isr {

/// Who has shown the password. Of what they hold only a digest is kept, with a key that this
/// process alone knows; a restart forgets all of them.
class Sessions {
 public:
  Sessions();

  /// A new token: 256 random bits as hexadecimal digits.
  std::string Begin(std::chrono::seconds lifetime, MonotonicTime now);
  /// Takes any other text for a token.
  void Remember(std::string_view token, std::chrono::seconds lifetime, MonotonicTime now);
  bool Holds(std::string_view token, MonotonicTime now) const;
  void End(std::string_view token);
  void EndAll() { ends_.clear(); }
  bool IsEmpty() const { return ends_.empty(); }

  /// What is kept of a token.
  std::string Digest(std::string_view token) const;

 private:
  const std::string key_;
  std::unordered_map<std::string, MonotonicTime> ends_;  // by digest
};

}  // namespace isr
