#include "format/ogg_page.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "format/crc.hpp"

namespace isr {
namespace {

constexpr std::string_view kMagic("OggS\0", 5);  // and version 0
constexpr size_t kCrcAt = 22;
constexpr size_t kCrcBytes = 4;

std::uint32_t PageCrc(ByteView page) {
  constexpr std::array<std::uint8_t, kCrcBytes> kZero{};
  std::uint32_t crc = OggCrc32::Of(page.first(kCrcAt));
  crc = OggCrc32::Of(kZero, crc);
  return OggCrc32::Of(page.subspan(kCrcAt + kCrcBytes), crc);
}

}  // namespace

HeaderSight ParseOggPage(ByteView bytes, OggPage& page) {
  if (!StartsWith(bytes, kMagic)) {
    const bool begun = bytes.size() < kMagic.size() && StartsWith(AsBytes(kMagic), AsText(bytes));
    return begun ? HeaderSight::kNeedMore : HeaderSight::kNo;
  }
  if (bytes.size() < kOggPageHeaderBytes) return HeaderSight::kNeedMore;
  const size_t segments = bytes[26];
  if (bytes.size() < kOggPageHeaderBytes + segments) return HeaderSight::kNeedMore;
  const ByteView lacing = bytes.subspan(kOggPageHeaderBytes, segments);
  const size_t body = std::accumulate(lacing.begin(), lacing.end(), size_t{0});
  const size_t total = kOggPageHeaderBytes + segments + body;
  if (bytes.size() < total) return HeaderSight::kNeedMore;
  if (PageCrc(bytes.first(total)) != LittleEndian(bytes.subspan(kCrcAt), kCrcBytes)) {
    return HeaderSight::kNo;
  }
  page.continued = (bytes[5] & 1) != 0;
  page.first = (bytes[5] & 2) != 0;
  page.last = (bytes[5] & 4) != 0;
  page.granule = static_cast<std::int64_t>(LittleEndian(bytes.subspan(6), 8));
  page.serial = static_cast<std::uint32_t>(LittleEndian(bytes.subspan(14), 4));
  page.sequence = static_cast<std::uint32_t>(LittleEndian(bytes.subspan(18), 4));
  page.lacing = lacing;
  page.body = bytes.subspan(kOggPageHeaderBytes + segments, body);
  page.bytes = bytes.first(total);
  return HeaderSight::kYes;
}

void SignOggPage(std::span<std::uint8_t> page) {
  if (page.size() < kOggPageHeaderBytes) return;
  const std::uint32_t crc = PageCrc(page);
  for (size_t i = 0; i < kCrcBytes; ++i) {
    page[kCrcAt + i] = static_cast<std::uint8_t>(crc >> 8 * i);
  }
}

std::optional<OggPage> OggPageReader::Next() {
  OggPage page;
  for (;;) {
    const ByteView data = queue_.View();
    const auto magic = static_cast<size_t>(std::find(data.begin(), data.end(), 'O') - data.begin());
    queue_.Drop(magic);
    garbage_ += magic;
    if (magic == data.size()) return std::nullopt;
    const HeaderSight sight = ParseOggPage(data.subspan(magic), page);
    if (sight == HeaderSight::kYes) {
      queue_.Drop(page.bytes.size());
      return page;
    }
    if (sight == HeaderSight::kNeedMore && !ended_) return std::nullopt;
    queue_.Drop(1);
    ++garbage_;
  }
}

std::uint64_t OggPageReader::TakeGarbage() {
  return std::exchange(garbage_, 0);
}

}  // namespace isr
