#pragma once

#include <string>
#include <string_view>

namespace isr {

/// Whether all of `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool IsUtf8(std::string_view text);

/// `text` as it is when it is UTF-8, else read as Latin-1 (ISO 8859-1) and turned into UTF-8.
std::string Utf8OrLatin1(std::string_view text);

}  // namespace isr
