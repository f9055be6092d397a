#include "worker/wire.hpp"

#include <utility>

#include "level/packing.hpp"

namespace isr {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::size_t kHead = 17;
/// Ogg's header packets, Vorbis code books among them.
constexpr std::uint32_t kMaxHeaders = 16;

}  // namespace

std::vector<std::uint8_t> EncodeMessage(const WireMessage& message) {
  Packer packer;
  packer.Put(static_cast<std::uint8_t>(message.kind))
      .Put(message.stream)
      .Put(message.file)
      .Put(message.position);
  std::vector<std::uint8_t> bytes = packer.Take();
  AppendBytes(bytes, message.payload);
  return bytes;
}

std::optional<WireMessage> DecodeMessage(View bytes) {
  if (bytes.size() < kHead) return std::nullopt;
  Unpacker unpacker(bytes.first(kHead));
  const auto kind = unpacker.Get<std::uint8_t>();
  if (kind < static_cast<std::uint8_t>(WireKind::kFormat) ||
      kind > static_cast<std::uint8_t>(WireKind::kPong)) {
    return std::nullopt;
  }
  WireMessage message{.kind = static_cast<WireKind>(kind)};
  message.stream = unpacker.Get<std::uint32_t>();
  message.file = unpacker.Get<std::uint32_t>();
  message.position = unpacker.Get<std::uint64_t>();
  message.payload = bytes.subspan(kHead);
  return message;
}

std::vector<std::uint8_t> EncodeFormat(const CodedFormat& format) {
  Packer packer;
  packer.Put(static_cast<std::uint8_t>(format.codec));
  for (const int number :
       {format.rate, format.channels, format.bits, format.layer, format.pre_skip}) {
    packer.Put(static_cast<std::int32_t>(number));
  }
  packer.Put(static_cast<std::uint32_t>(format.headers.size()));
  for (const Bytes& header : format.headers) {
    packer.Put(static_cast<std::uint32_t>(header.size()));
  }
  std::vector<std::uint8_t> bytes = packer.Take();
  for (const Bytes& header : format.headers) AppendBytes(bytes, header);
  return bytes;
}

std::optional<CodedFormat> DecodeFormat(View payload) {
  Unpacker unpacker(payload);
  const auto codec = unpacker.Get<std::uint8_t>();
  if (codec > static_cast<std::uint8_t>(Codec::kOggFlac)) return std::nullopt;
  CodedFormat format{.codec = static_cast<Codec>(codec)};
  for (int* const number :
       {&format.rate, &format.channels, &format.bits, &format.layer, &format.pre_skip}) {
    *number = unpacker.Get<std::int32_t>();
  }
  const auto count = unpacker.Get<std::uint32_t>();
  if (count > kMaxHeaders || format.rate <= 0) return std::nullopt;
  std::vector<std::uint32_t> sizes;
  for (std::uint32_t i = 0; i < count; ++i) sizes.push_back(unpacker.Get<std::uint32_t>());
  if (!unpacker.IsWhole()) return std::nullopt;
  View rest = payload.subspan(25 + 4 * std::size_t{count});
  for (const std::uint32_t size : sizes) {
    if (size > rest.size()) return std::nullopt;
    format.headers.emplace_back(rest.begin(), rest.begin() + size);
    rest = rest.subspan(size);
  }
  return format;
}

std::vector<std::uint8_t> EncodeFrames(std::span<const FrameEntry> entries, ByteView bytes) {
  Packer packer;
  packer.Put(static_cast<std::uint32_t>(entries.size()));
  for (const FrameEntry& entry : entries) packer.Put(entry.bytes).Put(entry.samples);
  std::vector<std::uint8_t> payload = packer.Take();
  AppendBytes(payload, bytes);
  return payload;
}

std::optional<WireFrames> DecodeFrames(View payload) {
  Unpacker unpacker(payload);
  const auto count = unpacker.Get<std::uint32_t>();
  if (count > payload.size() / 8) return std::nullopt;
  WireFrames frames;
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    FrameEntry entry;
    entry.bytes = unpacker.Get<std::uint32_t>();
    entry.samples = unpacker.Get<std::uint32_t>();
    bytes += entry.bytes;
    frames.entries.push_back(entry);
  }
  if (!unpacker.IsWhole()) return std::nullopt;
  frames.bytes = payload.subspan(4 + 8 * std::size_t{count});
  return frames.bytes.size() == bytes ? std::optional(std::move(frames)) : std::nullopt;
}

std::vector<std::uint8_t> EncodeLevels(const SecondOfLevels& levels) {
  Packer packer;
  for (const LevelWindow& window : levels) {
    packer.Put(window.rms).Put(window.detection).Put(window.peak);
  }
  return packer.Take();
}

std::optional<SecondOfLevels> DecodeLevels(View payload) {
  Unpacker unpacker(payload);
  SecondOfLevels levels;
  for (LevelWindow& window : levels) {
    window.rms = unpacker.Get<std::int16_t>();
    window.detection = unpacker.Get<std::int16_t>();
    window.peak = unpacker.Get<std::int16_t>();
  }
  return unpacker.IsWhole() ? std::optional(levels) : std::nullopt;
}

}  // namespace isr
