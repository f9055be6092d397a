#include "format/flac_frame.hpp"

#include <array>

#include "format/crc.hpp"

namespace isr {
namespace {

/// Reads a header front to back; remembers when the bytes ran out.
class HeaderReader {
 public:
  explicit HeaderReader(ByteView bytes) : bytes_(bytes) {}

  std::uint64_t Take(size_t count) {
    if (at_ + count > bytes_.size()) {
      short_ = true;
      return 0;
    }
    at_ += count;
    return BigEndian(bytes_.subspan(at_ - count), count);
  }

  /// A number coded like UTF-8, up to 7 bytes (RFC 9639 section 9.1.5).
  std::optional<std::uint64_t> TakeCodedNumber() {
    const std::uint64_t lead = Take(1);
    if (lead < 0x80) return lead;
    int ones = 0;
    while (ones < 8 && (lead << ones & 0x80) != 0) ++ones;
    if (ones < 2 || ones > 7) return std::nullopt;
    std::uint64_t number = lead & (0x7fu >> ones);
    for (int i = 1; i < ones; ++i) {
      const std::uint64_t next = Take(1);
      if (short_) return 0;
      if ((next & 0xc0) != 0x80) return std::nullopt;
      number = number << 6 | (next & 0x3f);
    }
    return number;
  }

  bool RanOut() const { return short_; }
  size_t At() const { return at_; }

 private:
  ByteView bytes_;
  size_t at_ = 0;
  bool short_ = false;
};

std::uint32_t BlockSize(unsigned code, HeaderReader& reader) {
  if (code == 1) return 192;
  if (code < 6) return 576u << (code - 2);
  if (code == 6) return static_cast<std::uint32_t>(reader.Take(1)) + 1;
  if (code == 7) return static_cast<std::uint32_t>(reader.Take(2)) + 1;
  return 256u << (code - 8);
}

int Rate(unsigned code, HeaderReader& reader) {
  constexpr std::array<int, 12> kRates = {0,     88200, 176400, 192000, 8000,  16000,
                                          22050, 24000, 32000,  44100,  48000, 96000};
  if (code < kRates.size()) return kRates[code];
  if (code == 12) return static_cast<int>(reader.Take(1)) * 1000;
  if (code == 13) return static_cast<int>(reader.Take(2));
  return static_cast<int>(reader.Take(2)) * 10;
}

void AppendCodedNumber(Bytes& out, std::uint64_t number) {
  if (number < 0x80) {
    out.push_back(static_cast<std::uint8_t>(number));
    return;
  }
  // n bytes hold 5n + 1 bits, 7 of them 36.
  unsigned count = 2;
  while (count < 7 && number >> (5 * count + 1) != 0) ++count;
  const unsigned marks = 0xff00u >> count & 0xff;
  out.push_back(static_cast<std::uint8_t>(marks | number >> 6 * (count - 1)));
  for (unsigned i = count - 1; i-- > 0;) {
    out.push_back(static_cast<std::uint8_t>(0x80 | (number >> 6 * i & 0x3f)));
  }
}

bool Renumber(ByteView frame, bool variable, std::uint64_t number, Bytes& out) {
  constexpr size_t kFixedPart = 4, kFooter = 2;
  FlacFrameHeader header;
  if (ParseFlacFrameHeader(frame, header) != HeaderSight::kYes ||
      frame.size() < header.header_bytes + kFooter) {
    return false;
  }
  // The coded number's length follows from its first byte.
  HeaderReader reader(frame.subspan(kFixedPart));
  reader.TakeCodedNumber();
  const size_t rest_at = kFixedPart + reader.At();
  const size_t begin = out.size();
  AppendBytes(out, frame.first(kFixedPart));
  out[begin + 1] = static_cast<std::uint8_t>(0xf8 | (variable ? 1 : 0));
  AppendCodedNumber(out, number);
  AppendBytes(out, frame.subspan(rest_at, header.header_bytes - 1 - rest_at));
  out.push_back(FlacCrc8::Of(ByteView(out).subspan(begin)));
  const size_t body = frame.size() - header.header_bytes - kFooter;
  AppendBytes(out, frame.subspan(header.header_bytes, body));
  AppendBigEndian(out, FlacCrc16::Of(ByteView(out).subspan(begin)), kFooter);
  return true;
}

}  // namespace

size_t FlacFrameHeader::MaxFrameBytes(int stream_bits) const {
  const int sample_bits = bits != 0 ? bits : stream_bits != 0 ? stream_bits : 32;
  // One bit more for a side channel; a subframe header of 1 byte, and up to 4 for wasted bits.
  const size_t subframe = (static_cast<size_t>(block_size) * (sample_bits + 1u) + 7) / 8 + 5;
  return header_bytes + static_cast<size_t>(channels) * subframe + 2;
}

HeaderSight ParseFlacFrameHeader(ByteView bytes, FlacFrameHeader& header) {
  constexpr std::array<int, 8> kBits = {0, 8, 12, -1, 16, 20, 24, 32};
  const bool whole = bytes.size() >= kMaxFlacHeaderBytes;
  const HeaderSight ran_out = whole ? HeaderSight::kNo : HeaderSight::kNeedMore;
  if (bytes.empty()) return ran_out;
  if (bytes[0] != 0xff) return HeaderSight::kNo;
  if (bytes.size() >= 2 && (bytes[1] & 0xfe) != 0xf8) return HeaderSight::kNo;
  if (bytes.size() < 4) return ran_out;

  const unsigned block_code = bytes[2] >> 4, rate_code = bytes[2] & 15;
  const unsigned channel_code = bytes[3] >> 4, bits_code = bytes[3] >> 1 & 7;
  if (block_code == 0 || rate_code == 15 || channel_code > 10 || bits_code == 3 ||
      (bytes[3] & 1) != 0) {
    return HeaderSight::kNo;
  }
  HeaderReader reader(bytes);
  reader.Take(4);
  const auto number = reader.TakeCodedNumber();
  if (!number) return HeaderSight::kNo;
  const std::uint32_t block_size = BlockSize(block_code, reader);
  const int rate = Rate(rate_code, reader);
  const size_t crc_at = reader.At();
  const std::uint64_t crc = reader.Take(1);
  if (reader.RanOut()) return ran_out;
  const bool variable = (bytes[1] & 1) != 0;
  if (crc != FlacCrc8::Of(bytes.first(crc_at)) || (rate == 0 && rate_code != 0) ||
      block_size > 65535 || (!variable && *number >> 31 != 0)) {
    return HeaderSight::kNo;
  }
  header = {variable,
            *number,
            block_size,
            rate,
            channel_code < 8 ? static_cast<int>(channel_code) + 1 : 2,
            kBits[bits_code],
            crc_at + 1};
  return HeaderSight::kYes;
}

bool RenumberFlacFrame(ByteView frame, std::uint64_t position, Bytes& out) {
  return position >> 36 == 0 && Renumber(frame, true, position, out);
}

bool RenumberFixedFlacFrame(ByteView frame, std::uint64_t frame_number, Bytes& out) {
  return frame_number >> 31 == 0 && Renumber(frame, false, frame_number, out);
}

}  // namespace isr
