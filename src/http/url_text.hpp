#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace isr {

/// A URL's path with its %XX decoded; '+' stays. None when an escape is broken.
std::optional<std::string> DecodePath(std::string_view text);

/// "a=1&b=x%20y+z" by name; '+' is a space; the last of equal names counts. None when an escape is
/// broken.
std::optional<std::map<std::string, std::string>> DecodeQuery(std::string_view text);

/// The other way; everything but the unreserved characters is escaped.
std::string EncodeQuery(const std::map<std::string, std::string>& parameters);

}  // namespace isr
