#include <algorithm>

#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "format/bytes.hpp"
#include "format/repair.hpp"
#include "tests/fuzz/target.hpp"

namespace {

isr::Bytes ContentOf(const isr::Fd& file) {
  isr::Bytes bytes(static_cast<std::size_t>(::lseek(file.Get(), 0, SEEK_END)));
  isr::Check(
      ::pread(file.Get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
      "the file can be read");
  return bytes;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using isr::Check;
  const isr::Fd file(::memfd_create("fuzz", MFD_CLOEXEC));
  Check(::pwrite(file.Get(), data, size, 0) == static_cast<ssize_t>(size), "the file is written");
  const isr::RepairPreview preview = isr::PreviewRepair(file, size, {});
  isr::Bytes expected = ContentOf(file);
  Check(std::equal(expected.begin(), expected.end(), data, data + size),
        "a preview writes nothing");
  const isr::RepairReport first = isr::RepairFile(file);
  const isr::Bytes once = ContentOf(file);
  expected.resize(preview.report.bytes);
  isr::ApplyPatches(preview.patches, 0, expected);
  Check(expected == once, "a preview says what a repair does");
  Check(first.bytes == once.size(), "the size is told right");
  Check(first.recognised || !first.changed, "what is not understood is kept");
  const isr::RepairReport second = isr::RepairFile(file);
  Check(!second.changed && ContentOf(file) == once, "a second repair changes nothing");
  return 0;
}
