#include "format/wav_header.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace isr {
namespace {

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();
constexpr size_t kChunkHeader = 8;
constexpr size_t kDs64 = 28;    // RIFF size, data size, frames, length of an empty table
constexpr size_t kDs64At = 12;  // behind "RIFF", size, "WAVE"
constexpr size_t kMaxHistory = 2048;

void AppendChunk(Bytes& out, std::string_view id, const Bytes& body) {
  AppendText(out, id);
  AppendLittleEndian(out, body.size(), 4);
  AppendBytes(out, body);
}

void AppendFixedText(Bytes& out, std::string_view text, size_t width) {
  text = text.substr(0, width);
  AppendText(out, text);
  out.resize(out.size() + width - text.size(), 0);
}

Bytes BuildBext(const WavFacts& facts) {
  constexpr size_t kReserved = 64 + 10 + 180;  // UMID, loudness, reserved
  Bytes bext;
  AppendFixedText(bext, facts.description, 256);
  AppendFixedText(bext, facts.originator, 32);
  AppendFixedText(bext, facts.originator_reference, 32);
  AppendFixedText(bext, facts.origination_date, 10);
  AppendFixedText(bext, facts.origination_time, 8);
  AppendLittleEndian(bext, facts.time_reference, 8);
  AppendLittleEndian(bext, 1, 2);  // version: no loudness values
  bext.resize(bext.size() + kReserved, 0);
  AppendText(bext, std::string_view(facts.coding_history).substr(0, kMaxHistory));
  bext.resize(bext.size() + bext.size() % 2, 0);
  return bext;
}

std::uint32_t FrameBytes(const WavFacts& facts) {
  return static_cast<std::uint32_t>(facts.channels * facts.bits / 8);
}

Bytes BuildFmt(const WavFacts& facts) {
  constexpr std::uint16_t kPcm = 1, kExtensible = 0xfffe;
  constexpr std::array<std::uint8_t, 14> kGuidTail = {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                                      0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71};
  const bool extensible = facts.channels > 2 || facts.bits > 16;
  const auto rate = static_cast<std::uint32_t>(facts.rate);
  Bytes fmt;
  AppendLittleEndian(fmt, extensible ? kExtensible : kPcm, 2);
  AppendLittleEndian(fmt, static_cast<std::uint32_t>(facts.channels), 2);
  AppendLittleEndian(fmt, rate, 4);
  AppendLittleEndian(fmt, rate * FrameBytes(facts), 4);
  AppendLittleEndian(fmt, FrameBytes(facts), 2);
  AppendLittleEndian(fmt, static_cast<std::uint32_t>(facts.bits), 2);
  if (!extensible) return fmt;
  const std::uint32_t positions = facts.channels == 1 ? 4 : facts.channels == 2 ? 3 : 0;
  AppendLittleEndian(fmt, 22, 2);  // bytes from here on
  AppendLittleEndian(fmt, static_cast<std::uint32_t>(facts.bits), 2);
  AppendLittleEndian(fmt, positions, 4);
  AppendLittleEndian(fmt, kPcm, 2);
  AppendBytes(fmt, kGuidTail);
  return fmt;
}

void PutLittleEndian(Bytes& bytes, size_t at, std::uint64_t value, size_t count) {
  for (size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
}

void PutText(Bytes& bytes, size_t at, std::string_view text) {
  std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

/// Whether the first chunk can be a "ds64".
bool HasRoomForDs64(const Bytes& header) {
  if (header.size() < kDs64At + kChunkHeader + kDs64) return false;
  const ByteView chunk = ByteView(header).subspan(kDs64At);
  return (StartsWith(chunk, "JUNK") || StartsWith(chunk, "ds64")) &&
         LittleEndian(chunk.subspan(4), 4) >= kDs64;
}

}  // namespace

Bytes BuildWavHeader(const WavFacts& facts, std::uint64_t data_bytes) {
  Bytes header;
  AppendText(header, "RIFF");
  AppendLittleEndian(header, 0, 4);
  AppendText(header, "WAVE");
  AppendChunk(header, "JUNK", Bytes(kDs64, 0));
  AppendChunk(header, "bext", BuildBext(facts));
  AppendChunk(header, "fmt ", BuildFmt(facts));
  AppendChunk(header, "JUNK", Bytes(kWavHeaderBytes - header.size() - 2 * kChunkHeader, 0));
  AppendText(header, "data");
  AppendLittleEndian(header, 0, 4);
  PatchWavSizes(header, kWavHeaderBytes, data_bytes, FrameBytes(facts));
  return header;
}

void PatchWavSizes(Bytes& header, std::uint64_t data_at, std::uint64_t data_bytes,
                   std::uint32_t frame_bytes) {
  if (header.size() < data_at || data_at < kDs64At + kChunkHeader || frame_bytes == 0) return;
  const std::uint64_t riff = data_at - kChunkHeader + data_bytes + data_bytes % 2;
  const bool large = riff > kMax32;
  const bool ds64 = large && HasRoomForDs64(header);
  PutText(header, 0, ds64 ? "RF64" : "RIFF");
  PutLittleEndian(header, 4, large ? kMax32 : riff, 4);
  PutLittleEndian(header, static_cast<size_t>(data_at) - 4, large ? kMax32 : data_bytes, 4);
  if (!HasRoomForDs64(header)) return;
  PutText(header, kDs64At, ds64 ? "ds64" : "JUNK");
  const size_t body = kDs64At + kChunkHeader;
  PutLittleEndian(header, body, ds64 ? riff : 0, 8);
  PutLittleEndian(header, body + 8, ds64 ? data_bytes : 0, 8);
  PutLittleEndian(header, body + 16, ds64 ? data_bytes / frame_bytes : 0, 8);
  PutLittleEndian(header, body + 24, 0, 4);
}

}  // namespace isr
