#include <algorithm>

#include "format/repair_steps.hpp"
#include "format/wav_header.hpp"
#include "format/wav_reader.hpp"

namespace isr {
namespace {

constexpr size_t kMaxHeader = 65536;
constexpr std::uint64_t kRiffHeader = 8;  // not counted in its size

/// Whether the header's sizes fit each other and the file: its writer closed it.
bool IsClosed(const WavLayout& layout, std::uint64_t size) {
  const std::uint64_t end = layout.riff_bytes + kRiffHeader;
  const bool data_inside = layout.data_bytes <= size && layout.data_at + layout.data_bytes <= end;
  const bool more_chunks = data_inside && layout.data_bytes > 0 && end <= size &&
                           end - layout.data_at - layout.data_bytes > kRiffHeader;
  return data_inside && (end == size || more_chunks);
}

}  // namespace

void RepairWav(FileBytes& file, RepairReport& report) {
  const auto layout = ReadWavHeader(file.Read(0, kMaxHeader));
  if (!layout) return;
  report.recognised = true;
  report.rate = layout->rate;
  if (IsClosed(*layout, file.Size())) {
    report.samples = layout->data_bytes / layout->frame_bytes;
    report.empty = file.Size() <= layout->data_at;
    return;
  }
  const std::uint64_t present = file.Size() - layout->data_at;
  report.samples = present / layout->frame_bytes;
  const std::uint64_t data = report.samples * layout->frame_bytes;
  const std::uint64_t padding = data % 2;
  file.Truncate(layout->data_at + data + padding);
  report.empty = data == 0;
  if (padding > 0) file.Write(layout->data_at + data, Bytes(1, 0));
  Bytes header = file.Read(0, static_cast<size_t>(layout->data_at));
  PatchWavSizes(header, layout->data_at, data, layout->frame_bytes);
  file.Write(0, header);
}

}  // namespace isr
