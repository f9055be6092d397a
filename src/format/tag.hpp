#pragma once

#include <cstdint>
#include <optional>

#include "format/bytes.hpp"

namespace isr {

constexpr size_t kTagHeaderBytes = 32;             ///< enough for `TagBytes`
constexpr std::uint64_t kMaxTagBytes = 16u << 20;  ///< a longer one is garbage

/// Whether `bytes` (some 4 are enough) may begin a tag: ID3v2 ("ID3"), ID3v1 ("TAG"), APEv2.
bool LooksLikeTag(ByteView bytes);

/// Length of the tag at the front of `bytes` with its header and footer, 0 when there is none.
/// `bytes` are `kTagHeaderBytes`, or less at the end of a stream. (ID3v2.4 structure, section 3.1;
/// an ID3v1 tag is 128 bytes.)
std::uint64_t TagBytes(ByteView bytes);

}  // namespace isr
