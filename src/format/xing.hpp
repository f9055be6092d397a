#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "format/bytes.hpp"

namespace isr {

/// What the info frame at the start of an MP3 file says: a layer III frame without audio whose side
/// information is zero and followed by "Xing" (variable bit rate), "Info" (constant), or "VBRI" at
/// byte 36. Formats: Xing's "Programmers Guide to the VBR header", LAME's tag revision 1.
struct XingFacts {
  bool variable_rate = true;
  std::optional<std::uint32_t> frames;  ///< MPEG frames, this one not counted
  std::optional<std::uint32_t> bytes;   ///< of the audio, this frame included
  std::array<std::uint8_t, 100> toc{};  ///< i: where i % of the time is, in 1/256 of `bytes`
};

/// None when `frame`, a whole MPEG frame, is audio. The table of contents is not read.
std::optional<XingFacts> ParseXing(ByteView frame);

/// A Xing or Info frame for a file whose first audio frame has the header `first` (4 bytes). Its
/// size depends on `first` alone, so that it can be replaced in place. It has no encoder tag: a
/// player then cuts nothing off, and the file lasts `frames` frames exactly. Absent numbers are
/// left out, and a player estimates. Empty when `first` is no header of layer III.
Bytes BuildXingFrame(ByteView first, const XingFacts& facts);

/// Gathers the facts of an MP3 file while it is written. Bounded memory.
class XingIndex {
 public:
  /// The next audio frame (not an info frame). What has no MPEG header is ignored.
  void Add(ByteView frame);
  /// Some more, together of so many bytes, that nobody looks at. After the first.
  void AddRun(std::uint64_t frames, std::uint64_t bytes);

  std::uint64_t Frames() const { return frames_; }
  std::uint64_t Bytes() const { return bytes_; }  ///< of the audio frames

  /// The info frame for what was added; empty before the first frame, and for layers I and II.
  isr::Bytes Build() const;

 private:
  void Count(std::uint64_t bytes);
  std::uint64_t OffsetOfFrame(std::uint64_t frame) const;

  isr::Bytes first_;  ///< header of the first frame
  bool variable_rate_ = false;
  std::uint64_t frames_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<std::uint64_t> offsets_;  ///< i: bytes before frame i * stride_
  std::uint64_t stride_ = 1;
};

}  // namespace isr
