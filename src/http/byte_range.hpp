#pragma once

#include <cstdint>
#include <string_view>

namespace isr {

/// What a Range header asks of a body of some size (RFC 9110 §14).
struct ByteRange {
  enum class Kind {
    kWhole,          ///< no range, or one that is ignored: answer 200
    kPart,           ///< answer 206
    kUnsatisfiable,  ///< nothing of it exists: answer 416
  };
  Kind kind = Kind::kWhole;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< clamped to the body
};

/// `header` is the field's value, or empty. Several ranges at once, other units and what is no
/// range at all are ignored, as the RFC allows: one cheap request must not cost many reads.
ByteRange ResolveRange(std::string_view header, std::uint64_t size);

}  // namespace isr
