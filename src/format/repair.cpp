#include "format/repair.hpp"

#include "format/repair_steps.hpp"

namespace isr {
namespace {

RepairReport Repair(FileBytes& file, std::span<const FilePlace> places) {
  const std::uint64_t size = file.Size();
  RepairReport report;
  report.content = SniffFile(file);
  switch (report.content) {
    case Content::kWav:
      RepairWav(file, report);
      break;
    case Content::kMpegAudio:
      RepairSyncFrames(kMpegCode, places, file, report);
      break;
    case Content::kAdtsAac:
      RepairSyncFrames(kAdtsCode, places, file, report);
      break;
    case Content::kFlac:
      RepairFlac(file, report);
      break;
    case Content::kOggVorbis:
    case Content::kOggOpus:
    case Content::kOggFlac:
      RepairOgg(file, report);
      break;
    default:
      break;
  }
  report.changed = file.Changed();
  report.bytes = file.Size();
  report.bytes_cut = size > file.Size() ? size - file.Size() : 0;
  return report;
}

}  // namespace

std::uint64_t EndWithoutTail(const FileBytes& file, std::uint64_t end, std::uint64_t size,
                             std::uint64_t max_unit) {
  if (end >= size) return size;
  return size - end <= max_unit || file.IsZero(end + max_unit, size) ? end : size;
}

RepairReport RepairFile(const Fd& fd) {
  FileBytes file(fd);
  return Repair(file, {});
}

RepairPreview PreviewRepair(const Fd& fd, std::uint64_t size, std::span<const FilePlace> places) {
  FileBytes file(fd, size);
  RepairPreview preview{.report = Repair(file, places)};
  preview.patches = file.Patches();
  return preview;
}

}  // namespace isr
