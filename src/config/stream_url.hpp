#pragma once

#include <string>
#include <string_view>

namespace isr {

/// A stream's address, taken apart.
struct StreamUrl {
  std::string url;       ///< as written, without user and password
  std::string username;  ///< percent-decoded; may be empty
  std::string password;  ///< percent-decoded; may be empty
  std::string problem;   ///< empty: all is well. Never holds a part of the address
};

/// Splits "http://user:password@host:port/path". For http and https.
StreamUrl SplitStreamUrl(std::string_view text);

}  // namespace isr
