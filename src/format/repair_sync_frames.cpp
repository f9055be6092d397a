#include <algorithm>

#include "format/adts_header.hpp"
#include "format/repair_steps.hpp"
#include "format/sync_framer.hpp"
#include "format/xing.hpp"

namespace isr {
namespace {

constexpr std::uint64_t kReadBytes = 262144;

/// A file of bare frames, read from its start to its end.
struct FrameScan {
  std::uint64_t at = 0;    ///< bytes that were given out
  std::uint64_t end = 0;   ///< behind the last frame or tag
  std::uint64_t good = 0;  ///< bytes of frames and tags
  std::uint64_t samples = 0;
  int rate = 0;
  Bytes info;  ///< the info frame before the first audio frame; empty without
  std::uint64_t info_at = 0;
  XingIndex index;

  void Take(const StreamItem& item) {
    if (const auto* frame = std::get_if<Frame>(&item)) {
      index.Add(frame->bytes);
      samples += frame->samples;
      good += frame->bytes.size();
      end = at += frame->bytes.size();
    } else if (const auto* info_frame = std::get_if<InfoFrame>(&item)) {
      if (samples == 0 && info.empty()) {
        info.assign(info_frame->bytes.begin(), info_frame->bytes.end());
        info_at = at;
      }
      good += info_frame->bytes.size();
      end = at += info_frame->bytes.size();
    } else if (const auto* skipped = std::get_if<Skipped>(&item)) {
      at += skipped->bytes;
      if (skipped->kind == SkippedKind::kTag) {
        good += skipped->bytes;
        end = at;
      }
    } else if (const auto* format = std::get_if<NewFormat>(&item)) {
      if (rate == 0) rate = format->format.rate;
    }
  }
};

/// The first `size` bytes of the file, as if it ended there.
FrameScan ScanFrames(const SyncCode& code, const FileBytes& file, std::uint64_t size) {
  FrameScan scan;
  SyncFramer framer(code);
  for (std::uint64_t offset = 0; offset < size;) {
    const Bytes bytes = file.Read(offset, static_cast<size_t>(std::min(kReadBytes, size - offset)));
    if (bytes.empty()) break;
    offset += bytes.size();
    framer.Push(bytes);
    while (const auto item = framer.Next()) scan.Take(*item);
  }
  framer.Finish();
  while (const auto item = framer.Next()) scan.Take(*item);
  return scan;
}

/// Puts the counted numbers into the Xing header that the file has.
void PatchInfo(const FrameScan& scan, FileBytes& file) {
  const auto facts = ParseXing(scan.info);
  const Bytes right = scan.index.Build();
  if (!facts || right.size() != scan.info.size()) return;
  const bool counted =
      facts->frames == scan.index.Frames() && facts->bytes == scan.index.Bytes() + scan.info.size();
  if (!counted) file.Write(scan.info_at, right);
}

}  // namespace

void RepairSyncFrames(const SyncCode& code, FileBytes& file, RepairReport& report) {
  // What stands behind a frame helps to judge it: without the tail all is judged anew, until
  // nothing more goes. The second time is the last, but for files that were made to deceive.
  FrameScan scan;
  std::uint64_t size = file.Size();
  for (std::uint64_t before = size + 1; size < before;) {
    before = size;
    scan = ScanFrames(code, file, size);
    size = EndWithoutTail(file, scan.end, size, kMaxAdtsFrame);
  }
  // A few frames among other things are chance: no file of this kind.
  if (scan.samples == 0 || scan.good < scan.end / 2) return;
  report.recognised = true;
  report.rate = scan.rate;
  report.samples = scan.samples;
  file.Truncate(size);
  PatchInfo(scan, file);
}

}  // namespace isr
