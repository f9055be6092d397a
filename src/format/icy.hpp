#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "format/bytes.hpp"

namespace isr {

/// Audio between two blocks of ICY metadata.
struct IcyAudio {
  ByteView bytes;  ///< a part of what was given
};

/// One block of ICY metadata that is not empty.
struct IcyMetadata {
  std::string raw;  ///< as it came, without the zeros that fill it up

  /// What stands between the quotes of StreamTitle='...'; UTF-8, read as Latin-1 when it is not.
  /// None when the block has no such field; empty when nothing plays. A title may hold quotes.
  std::optional<std::string> Title() const;
};

using IcyItem = std::variant<IcyAudio, IcyMetadata>;

/// Takes the metadata out of a SHOUTcast or Icecast stream that was asked for with "Icy-MetaData:
/// 1": after each `icy-metaint` bytes of audio stands one byte with the length of a block / 16, and
/// the block. Never throws (but std::bad_alloc); memory: one block, 4080 bytes.
class IcyReader {
 public:
  /// `interval`: the header icy-metaint, bytes; 0 = there is no metadata.
  explicit IcyReader(std::uint32_t interval) : interval_(interval), audio_left_(interval) {}

  /// What comes next in `bytes`, which is moved past it. None when `bytes` are used up.
  std::optional<IcyItem> Next(ByteView& bytes);

 private:
  const std::uint32_t interval_;
  std::uint32_t audio_left_;      ///< bytes up to the next length byte
  std::uint32_t block_left_ = 0;  ///< bytes of the block that have not come
  std::string block_;
};

}  // namespace isr
