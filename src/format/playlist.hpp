#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isr {

/// The addresses in a playlist, in its order, as written: relative ones are relative to it. `text`
/// is a PLS file (its FileN entries, by N), or else an M3U file (its lines but the comments; for an
/// HLS multivariant playlist, RFC 8216, the variants). At most 100.
std::vector<std::string> PlaylistEntries(std::string_view text);

}  // namespace isr
