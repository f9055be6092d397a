#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/frame.hpp"
#include "format/frame_tap.hpp"
#include "level/track.hpp"

namespace isr {

// What the recorder and its listening worker say to each other: messages on a SEQPACKET socket,
// little-endian. u8 kind, u32 stream, u32 file, u64 position, then
// what the kind has.

/// No message is larger; what does not fit is sent in parts.
constexpr std::size_t kMaxMessage = 60 * 1024;

enum class WireKind : std::uint8_t {
  // to the worker
  kFormat = 1,  ///< what the stream's frames are from here on: a CodedFormat
  kFile,        ///< the next frame is the first of that file
  kFrames,      ///< frames of that file; `position`: sample frames of it before them
  kClose,       ///< the stream has ended
  kPing,        ///< to be answered by kPong
  kWatch,       ///< `position` not 0: levels are wanted at once, not when a second is full
  // from the worker
  kLevels,    ///< of second `position` of that file: up to ten windows
  kFileDone,  ///< no more levels come of that file
  kTrouble,   ///< the stream cannot be decoded: text
  kPong,
};

struct WireMessage {
  WireKind kind = WireKind::kPing;
  std::uint32_t stream = 0;
  std::uint32_t file = 0;
  std::uint64_t position = 0;
  std::span<const std::uint8_t> payload;
};

std::vector<std::uint8_t> EncodeMessage(const WireMessage& message);
/// Nothing: it is none. The payload lies in `bytes`.
std::optional<WireMessage> DecodeMessage(std::span<const std::uint8_t> bytes);

std::vector<std::uint8_t> EncodeFormat(const CodedFormat& format);
std::optional<CodedFormat> DecodeFormat(std::span<const std::uint8_t> payload);

struct WireFrames {
  std::vector<FrameEntry> entries;
  std::span<const std::uint8_t> bytes;
};
std::vector<std::uint8_t> EncodeFrames(std::span<const FrameEntry> entries, ByteView bytes);
/// Nothing where the entries do not fill the bytes.
std::optional<WireFrames> DecodeFrames(std::span<const std::uint8_t> payload);

using SecondOfLevels = std::array<LevelWindow, kWindowsPerSecond>;
std::vector<std::uint8_t> EncodeLevels(const SecondOfLevels& levels);
std::optional<SecondOfLevels> DecodeLevels(std::span<const std::uint8_t> payload);

}  // namespace isr
