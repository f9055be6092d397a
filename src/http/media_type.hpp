#pragma once

#include <string>
#include <string_view>

namespace isr {

/// The Content-Type for a file with this extension (lower case); empty for a type that is not
/// served.
std::string_view MediaTypeOf(std::string_view extension);

/// A Content-Disposition that saves the file under the last part of `name` (RFC 6266; other than
/// ASCII as RFC 8187 wants it, beside a plain name for old clients).
std::string AttachmentDisposition(std::string_view name);

}  // namespace isr
