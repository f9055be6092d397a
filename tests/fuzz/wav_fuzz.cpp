#include "format/wav_header.hpp"
#include "format/wav_reader.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using isr::Check;
  const auto layout = isr::ReadWavHeader({data, size});
  if (!layout) return 0;
  Check(layout->data_at <= size, "the data begin behind the header");
  Check(layout->frame_bytes > 0 && layout->rate > 0 && layout->channels > 0, "a format is usable");
  isr::Bytes header(data, data + layout->data_at);
  const std::uint64_t data_bytes = std::uint64_t{layout->frame_bytes} * 1000;
  isr::PatchWavSizes(header, layout->data_at, data_bytes, layout->frame_bytes);
  const auto patched = isr::ReadWavHeader(header);
  Check(patched && patched->data_bytes == data_bytes, "sizes that were set are read back");
  return 0;
}
