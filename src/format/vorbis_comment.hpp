#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/bytes.hpp"

namespace isr {

/// The tags of an Ogg stream or a FLAC file (Vorbis I specification, section 5).
struct VorbisComment {
  std::string vendor;                                        ///< UTF-8
  std::vector<std::pair<std::string, std::string>> entries;  ///< name in upper case, value in UTF-8

  bool operator==(const VorbisComment&) const = default;

  /// The first value with this name (upper case); empty when there is none.
  std::string_view Find(std::string_view name) const;

  /// What plays, as stations write it: "ARTIST - TITLE", or the one that is there, or "".
  std::string Title() const;
};

/// The body of a comment header, without what a codec puts before it and after it. Values that are
/// not UTF-8 are read as Latin-1. At most 1000 entries are kept; entries that are longer than 64
/// KiB (pictures) or without '=' are left out. None when a length points outside of `body`.
std::optional<VorbisComment> ParseVorbisComment(ByteView body);

/// The reverse, without a framing bit.
Bytes BuildVorbisComment(const VorbisComment& comment);

}  // namespace isr
