#include "format/vorbis_setup.hpp"

#include <bit>
#include <string_view>

namespace isr {
namespace {

constexpr std::string_view kIdentification("\x01vorbis");
constexpr std::string_view kSetup("\x05vorbis");
constexpr size_t kMaxModes = 64;

/// Takes bits off the end of a packet; the bit written last comes first.
class BackwardBits {
 public:
  explicit BackwardBits(ByteView bytes) : bytes_(bytes), left_(bytes.size() * 8) {}

  size_t Left() const { return left_; }

  /// The number that was written as these `count` bits. `count` <= Left().
  std::uint32_t Take(size_t count) {
    std::uint32_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      --left_;
      value = value << 1 | (bytes_[left_ / 8] >> left_ % 8 & 1u);
    }
    return value;
  }

 private:
  ByteView bytes_;
  size_t left_;
};

}  // namespace

std::optional<VorbisIdentification> ParseVorbisIdentification(ByteView packet) {
  if (!StartsWith(packet, kIdentification) || packet.size() < 30) return std::nullopt;
  const std::uint64_t version = LittleEndian(packet.subspan(7), 4);
  const std::uint64_t rate = LittleEndian(packet.subspan(12), 4);
  const unsigned small = packet[28] & 15, large = packet[28] >> 4;
  if (version != 0 || packet[11] == 0 || rate == 0 || rate > 1u << 24 || small < 6 ||
      small > large || large > 13) {
    return std::nullopt;
  }
  return VorbisIdentification{static_cast<int>(rate), packet[11], {1u << small, 1u << large}};
}

std::optional<std::vector<bool>> ParseVorbisModes(ByteView setup) {
  if (!StartsWith(setup, kSetup)) return std::nullopt;
  BackwardBits bits(setup.subspan(kSetup.size()));
  // Zeros that fill the last byte, then the framing bit.
  while (bits.Left() > 0 && bits.Take(1) == 0) {
  }
  // Each mode: 1 bit block flag, 16 window type (0), 16 transform type (0), 8 mapping (< 64).
  // Before the first stands their number - 1 in 6 bits; as bits of a mode may look like it, the
  // last number that fits is right.
  constexpr size_t kModeBits = 1 + 16 + 16 + 8, kCountBits = 6;
  std::vector<bool> backwards;
  size_t count = 0;
  while (bits.Left() >= kModeBits + kCountBits && backwards.size() < kMaxModes) {
    if (bits.Take(8) >= 64 || bits.Take(16) != 0 || bits.Take(16) != 0) break;
    backwards.push_back(bits.Take(1) != 0);
    BackwardBits before = bits;
    if (before.Take(kCountBits) + 1 == backwards.size()) count = backwards.size();
  }
  if (count == 0) return std::nullopt;
  backwards.resize(count);
  return std::vector<bool>(backwards.rbegin(), backwards.rend());
}

std::uint32_t VorbisBlockSize(ByteView packet, const std::array<std::uint32_t, 2>& blocks,
                              const std::vector<bool>& modes) {
  if (packet.empty() || modes.empty() || (packet[0] & 1) != 0) return 0;
  const auto width = static_cast<unsigned>(std::bit_width(modes.size() - 1));
  const size_t mode = packet[0] >> 1 & ((1u << width) - 1);
  return mode < modes.size() ? blocks[modes[mode] ? 1 : 0] : 0;
}

}  // namespace isr
