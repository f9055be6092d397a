#include "format/ogg_writer.hpp"

#include <algorithm>

#include "format/ogg_page.hpp"

namespace isr {
namespace {

constexpr size_t kMaxLacing = 255;
constexpr size_t kPageBytes = 32768;
constexpr std::uint8_t kContinued = 1, kFirst = 2, kLast = 4;

}  // namespace

void OggWriter::AddHeader(ByteView packet, Bytes& out) {
  Lace(packet, out);
  page_granule_ = 0;
  if (sequence_ == 0) Flush(out);
}

void OggWriter::AddPacket(ByteView packet, std::uint32_t samples, Bytes& out) {
  if (in_headers_) Flush(out);  // audio begins on a fresh page
  in_headers_ = false;
  const size_t segments = packet.size() / 255 + 1;
  const bool full = body_.size() + packet.size() > kPageBytes ||
                    lacing_.size() + segments > kMaxLacing ||
                    granule_ + samples - page_start_ > page_samples_;
  if (full && !lacing_.empty()) Flush(out);
  Lace(packet, out);
  granule_ += samples;
  page_granule_ = static_cast<std::int64_t>(granule_);
}

/// Puts a packet on the page, and on as many more as it needs.
void OggWriter::Lace(ByteView packet, Bytes& out) {
  for (;;) {
    if (lacing_.size() == kMaxLacing) {
      EmitPage(false, out);
      continued_ = true;
    }
    const size_t length = std::min<size_t>(packet.size(), 255);
    lacing_.push_back(static_cast<std::uint8_t>(length));
    AppendBytes(body_, packet.first(length));
    packet = packet.subspan(length);
    if (length < 255) return;
  }
}

void OggWriter::Flush(Bytes& out) {
  if (!lacing_.empty()) EmitPage(false, out);
}

void OggWriter::Finish(std::uint32_t trim, Bytes& out) {
  if (in_headers_) Flush(out);
  const std::uint64_t end = granule_ - std::min<std::uint64_t>(trim, granule_);
  page_granule_ = static_cast<std::int64_t>(end);
  EmitPage(true, out);
}

void OggWriter::EmitPage(bool last, Bytes& out) {
  const size_t begin = out.size();
  AppendText(out, "OggS");
  out.push_back(0);
  out.push_back(static_cast<std::uint8_t>((continued_ ? kContinued : 0) |
                                          (sequence_ == 0 ? kFirst : 0) | (last ? kLast : 0)));
  AppendLittleEndian(out, static_cast<std::uint64_t>(page_granule_), 8);
  AppendLittleEndian(out, serial_, 4);
  AppendLittleEndian(out, sequence_++, 4);
  AppendLittleEndian(out, 0, 4);  // CRC
  out.push_back(static_cast<std::uint8_t>(lacing_.size()));
  AppendBytes(out, lacing_);
  AppendBytes(out, body_);
  SignOggPage(std::span(out).subspan(begin));
  lacing_.clear();
  body_.clear();
  page_granule_ = kNoGranule;
  page_start_ = granule_;
  continued_ = false;
}

}  // namespace isr
