#include <algorithm>

#include "format/adts_header.hpp"
#include "format/repair_steps.hpp"
#include "format/sync_framer.hpp"
#include "format/xing.hpp"

namespace isr {
namespace {

constexpr std::uint64_t kReadBytes = 262144;

/// A file of bare frames, from its start on.
struct FrameScan {
  std::uint64_t at = 0;    ///< how far it was read
  std::uint64_t end = 0;   ///< behind the last frame or tag
  std::uint64_t good = 0;  ///< bytes of frames and tags
  std::uint64_t samples = 0;
  int rate = 0;
  Bytes info;  ///< the info frame before the first audio frame; empty without
  std::uint64_t info_at = 0;
  XingIndex index;

  /// Everything up to there is frames of `frame_samples` each.
  void PassTo(const FilePlace& place, std::uint64_t frame_samples) {
    const std::uint64_t whole = (place.samples + frame_samples / 2) / frame_samples * frame_samples;
    if (samples == 0 || place.bytes <= at || whole <= samples) return;
    index.AddRun((whole - samples) / frame_samples, place.bytes - at);
    good += place.bytes - at;
    end = at = place.bytes;
    samples = whole;
  }

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

/// What a scan has found at which it may stop.
enum class Until { kFirstFrame, kEnd };

/// Goes on from where `scan` is, as if the file ended after `size` bytes.
void ScanOn(const SyncCode& code, const FileBytes& file, std::uint64_t size, Until until,
            FrameScan& scan) {
  SyncFramer framer(code);
  const auto take = [&] {
    while (const auto item = framer.Next()) {
      scan.Take(*item);
      if (until == Until::kFirstFrame && scan.samples > 0) return false;
    }
    return true;
  };
  for (std::uint64_t offset = scan.at; offset < size;) {
    const Bytes bytes = file.Read(offset, static_cast<size_t>(std::min(kReadBytes, size - offset)));
    if (bytes.empty()) break;
    offset += bytes.size();
    framer.Push(bytes);
    if (!take()) return;
  }
  framer.Finish();
  take();
}

/// The first `size` bytes of the file, as if it ended there. Up to the last of the places that lie
/// in them, the frames are taken for as long as the first one, and are not read.
FrameScan ScanFrames(const SyncCode& code, const FileBytes& file, std::uint64_t size,
                     std::span<const FilePlace> places) {
  FrameScan scan;
  if (!places.empty()) {
    ScanOn(code, file, size, Until::kFirstFrame, scan);
    const std::uint64_t frame_samples = std::max<std::uint64_t>(scan.samples, 1);
    for (const FilePlace& place : places) {
      if (place.bytes > size) break;
      scan.PassTo(place, frame_samples);
    }
  }
  ScanOn(code, file, size, Until::kEnd, scan);
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

void RepairSyncFrames(const SyncCode& code, std::span<const FilePlace> places, FileBytes& file,
                      RepairReport& report) {
  // What stands behind a frame helps to judge it: without the tail all is judged anew, until
  // nothing more goes. The second time is the last, but for files that were made to deceive.
  FrameScan scan;
  std::uint64_t size = file.Size();
  for (std::uint64_t before = size + 1; size < before;) {
    before = size;
    scan = ScanFrames(code, file, size, places);
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
