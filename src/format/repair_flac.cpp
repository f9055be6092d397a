#include <algorithm>
#include <optional>

#include "format/flac_framer.hpp"
#include "format/repair_steps.hpp"

namespace isr {
namespace {

constexpr std::uint64_t kMinTail = 1u << 20;
constexpr std::uint64_t kMagicBytes = 4;
constexpr std::uint64_t kReadBytes = 262144;
constexpr int kMaxBlocks = 1000;

/// The start of a native FLAC file.
struct FlacStart {
  std::uint64_t info_at = 0;  ///< offset of STREAMINFO's body
  Bytes info_body;
  FlacStreamInfo info;
  std::uint64_t table_at = 0;  ///< offset of SEEKTABLE's body
  size_t table_bytes = 0;
  std::uint64_t frames_at = 0;  ///< offset of the first frame
};

std::optional<FlacStart> ReadStart(const FileBytes& file) {
  FlacStart start;
  std::uint64_t at = kMagicBytes;
  for (int i = 0; i < kMaxBlocks; ++i) {
    const Bytes bytes = file.Read(at, kFlacBlockHeaderBytes + kFlacStreamInfoBytes);
    if (bytes.size() < kFlacBlockHeaderBytes) return std::nullopt;
    const FlacBlockHeader block = ParseFlacBlockHeader(bytes);
    const ByteView body = ByteView(bytes).subspan(kFlacBlockHeaderBytes);
    if (i == 0) {
      const auto info = ParseFlacStreamInfo(body);
      if (block.type != FlacBlockHeader::kStreamInfo || block.length != kFlacStreamInfoBytes ||
          !info) {
        return std::nullopt;
      }
      start.info = *info;
      start.info_body.assign(body.begin(), body.end());
      start.info_at = at + kFlacBlockHeaderBytes;
    }
    if (block.type == FlacBlockHeader::kSeekTable) {
      start.table_at = at + kFlacBlockHeaderBytes;
      start.table_bytes = block.length;
    }
    at += kFlacBlockHeaderBytes + block.length;
    if (block.last) {
      start.frames_at = at;
      return start;
    }
  }
  return std::nullopt;
}

/// The frames of a file from some offset on.
struct FlacScan {
  std::uint64_t end = 0;  ///< offset behind the last frame or tag; 0 when there is none
  std::optional<std::uint64_t> first;  ///< position of the first frame
  std::uint64_t last = 0;              ///< position behind the last frame
};

/// Reads the bytes from `from` up to `size`, as if the file ended there, for `until_frames` frames.
FlacScan ScanFlac(const FileBytes& file, const FlacStart& start, std::uint64_t from,
                  std::uint64_t size, size_t until_frames) {
  FlacScan scan;
  Bytes header;
  AppendText(header, "fLaC");
  AppendFlacBlock(header, true, FlacBlockHeader::kStreamInfo, start.info_body);
  FlacFramer framer;
  framer.Push(header);
  std::uint64_t at = from - std::min<std::uint64_t>(from, header.size());
  size_t frames = 0;
  const auto drain = [&] {
    while (const auto item = framer.Next()) {
      if (const auto* skipped = std::get_if<Skipped>(&*item)) {
        at += skipped->bytes;
        if (skipped->kind == SkippedKind::kTag && frames > 0) scan.end = at;
      }
      const auto* frame = std::get_if<Frame>(&*item);
      if (frame == nullptr) continue;
      scan.end = at += frame->bytes.size();
      if (!scan.first) scan.first = frame->position;
      scan.last = frame->position.value_or(0) + frame->samples;
      ++frames;
    }
  };
  for (std::uint64_t offset = from; offset < size && frames < until_frames;) {
    const Bytes bytes = file.Read(offset, static_cast<size_t>(std::min(kReadBytes, size - offset)));
    if (bytes.empty()) break;
    offset += bytes.size();
    framer.Push(bytes);
    drain();
  }
  framer.Finish();
  drain();
  return scan;
}

/// The end of the file's first `size` bytes, as much of it as is needed to find a frame.
FlacScan ScanEnd(const FileBytes& file, const FlacStart& start, std::uint64_t size) {
  const std::uint64_t audio = size - start.frames_at;
  for (std::uint64_t tail = kMinTail;; tail *= 8) {
    const std::uint64_t length = std::min(tail, audio);
    const FlacScan scan = ScanFlac(file, start, size - length, size, SIZE_MAX);
    if (scan.end > 0 || length == audio) return scan;
  }
}

/// No frame of the file is longer, as far as its header tells.
std::uint64_t MaxFrameBytes(const FlacStreamInfo& info) {
  constexpr std::uint32_t kSubsetBlock = 4608;  // RFC 9639 section 7
  FlacFrameHeader longest;
  longest.block_size = std::max(info.max_block, kSubsetBlock);
  longest.channels = info.channels;
  longest.bits = info.bits;
  longest.header_bytes = kMaxFlacHeaderBytes;
  return longest.MaxFrameBytes(0);
}

/// Takes points out of the seek table whose frames are not there.
void PatchSeekTable(const FlacStart& start, std::uint64_t samples, FileBytes& file) {
  Bytes table = file.Read(start.table_at, start.table_bytes);
  const std::uint64_t audio_bytes = file.Size() - start.frames_at;
  for (size_t at = 0; at + kFlacSeekPointBytes <= table.size(); at += kFlacSeekPointBytes) {
    const ByteView point = ByteView(table).subspan(at, kFlacSeekPointBytes);
    if (BigEndian(point, 8) < samples && BigEndian(point.subspan(8), 8) < audio_bytes) continue;
    std::fill_n(table.begin() + static_cast<std::ptrdiff_t>(at), 8, 0xff);  // a placeholder
    std::fill_n(table.begin() + static_cast<std::ptrdiff_t>(at) + 8, kFlacSeekPointBytes - 8, 0);
  }
  file.Write(start.table_at, table);
}

}  // namespace

void RepairFlac(FileBytes& file, RepairReport& report) {
  const auto start = ReadStart(file);
  if (!start || start->frames_at > file.Size()) return;
  report.recognised = true;
  report.rate = start->info.rate;
  const FlacScan head = ScanFlac(file, *start, start->frames_at, file.Size(), 1);
  // Where zeros or chance bytes stand behind a frame, what follows them helps to tell its end:
  // without the tail it is looked for anew, until nothing more goes.
  FlacScan tail;
  std::uint64_t size = file.Size();
  for (std::uint64_t before = size + 1; size < before;) {
    before = size;
    tail = ScanEnd(file, *start, size);
    const std::uint64_t end = tail.end > 0 ? tail.end : start->frames_at;
    size = EndWithoutTail(file, end, size, MaxFrameBytes(start->info));
  }
  file.Truncate(size);
  report.empty = size == start->frames_at;
  if (head.first && tail.last > *head.first) report.samples = tail.last - *head.first;
  FlacStreamInfo info = start->info;
  if (info.total == report.samples) return;
  info.total = report.samples;
  info.md5 = {};  // of other samples
  file.Write(start->info_at, BuildFlacStreamInfo(info));
  PatchSeekTable(*start, report.samples, file);
}

}  // namespace isr
