#include <algorithm>
#include <optional>

#include "format/ogg_framer.hpp"
#include "format/ogg_page.hpp"
#include "format/repair_steps.hpp"

namespace isr {
namespace {

constexpr size_t kReadBytes = 65536;
constexpr int kMaxHeadReads = 64;
constexpr std::uint64_t kMinTail = 4 * kMaxOggPage;
constexpr size_t kFlagsAt = 5;
constexpr std::uint8_t kLastFlag = 4;

struct OggStart {
  CodedFormat format;
  std::uint64_t position = 0;  ///< of the first packet
};

/// The first stream's format and first packet; none without any audio.
std::optional<OggStart> ReadStart(const FileBytes& file) {
  OggFramer framer;
  OggStart start;
  for (int i = 0; i < kMaxHeadReads; ++i) {
    const Bytes bytes = file.Read(static_cast<std::uint64_t>(i) * kReadBytes, kReadBytes);
    framer.Push(bytes);
    if (bytes.size() < kReadBytes) framer.Finish();
    while (auto item = framer.Next()) {
      if (auto* format = std::get_if<NewFormat>(&*item)) start.format = std::move(format->format);
      if (const auto* frame = std::get_if<Frame>(&*item)) {
        start.position = frame->position.value_or(0);
        return start;
      }
    }
    if (bytes.size() < kReadBytes) break;
  }
  return std::nullopt;
}

struct OggEnd {
  std::uint64_t pages_end = 0;  ///< offset behind the last whole page; 0 when there is none
  std::uint64_t at = 0;         ///< offset of the last page on which a packet ends
  std::uint64_t end = 0;        ///< offset behind it
  std::int64_t granule = kNoGranule;
  Bytes page;  ///< all of it
};

/// The pages from `from` to the end.
OggEnd ScanPages(const FileBytes& file, std::uint64_t from) {
  OggEnd end;
  OggPageReader reader;
  std::uint64_t at = from;
  const auto drain = [&] {
    while (const auto page = reader.Next()) {
      at += reader.TakeGarbage();
      if (page->granule >= 0) {
        end.at = at;
        end.end = at + page->bytes.size();
        end.granule = page->granule;
        end.page.assign(page->bytes.begin(), page->bytes.end());
      }
      end.pages_end = at += page->bytes.size();
    }
  };
  for (std::uint64_t offset = from; offset < file.Size();) {
    const Bytes bytes = file.Read(offset, kReadBytes);
    if (bytes.empty()) break;
    offset += bytes.size();
    reader.Push(bytes);
    drain();
  }
  reader.Finish();
  drain();
  return end;
}

/// The end of the file, as much of it as is needed to find a page on which a packet ends.
OggEnd ReadEnd(const FileBytes& file) {
  for (std::uint64_t tail = kMinTail;; tail *= 8) {
    const std::uint64_t length = std::min(tail, file.Size());
    OggEnd end = ScanPages(file, file.Size() - length);
    if (end.granule >= 0 || length == file.Size()) return end;
  }
}

}  // namespace

void RepairOgg(FileBytes& file, RepairReport& report) {
  const auto start = ReadStart(file);
  OggEnd end = ReadEnd(file);
  if (end.granule < 0) return;
  // Headers stand on pages of granule position 0.
  report.empty = !start && end.granule == 0;
  if (!start) return;
  report.recognised = true;
  report.rate = start->format.rate;
  const std::uint64_t first =
      start->position + static_cast<std::uint64_t>(std::max(start->format.pre_skip, 0));
  const auto last = static_cast<std::uint64_t>(end.granule);
  report.samples = last > first ? last - first : 0;

  // Behind the last whole page: a piece of one, zeros. Then pages that hold only a piece of a
  // packet.
  file.Truncate(EndWithoutTail(file, end.pages_end, file.Size(), kMaxOggPage));
  if (file.Size() == end.pages_end) file.Truncate(end.end);
  if ((end.page[kFlagsAt] & kLastFlag) != 0) return;
  end.page[kFlagsAt] |= kLastFlag;
  SignOggPage(end.page);
  file.Write(end.at, end.page);
}

}  // namespace isr
