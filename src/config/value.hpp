#pragma once

#include <string>
#include <string_view>

#include "config/schema.hpp"

namespace isr {

struct ValueResult {
  Value value;
  std::string problem;  ///< empty: `value` holds. Else what is wrong and what would be right
};

/// Checks the text of a key. An empty one stands for what KeyInfo::blank says. Relative paths are
/// taken from `base_directory`. The problem never shows a secret, nor any part of a URL.
ValueResult ParseValue(const KeyInfo& key, std::string_view text,
                       const std::string& base_directory);

/// As it would be written in a file; a secret that is set as "***", a
/// URL without user and password.
std::string ToText(const KeyInfo& key, const Value& value);

/// "a whole number from 0 to 65535": what a value of this key has to be. For numbers.
std::string DescribeRange(const KeyInfo& key);

}  // namespace isr
