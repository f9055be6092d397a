#include <exception>

#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "format/cut.hpp"
#include "tests/fuzz/target.hpp"

namespace {

/// The size that was promised is the size that comes.
void CutOnce(const isr::Fd& file, const isr::CutRequest& request) {
  try {
    const auto cut = isr::MakeCut(file, request, [] {});
    isr::Bytes bytes;
    while (cut->Read(bytes)) {
      isr::Check(bytes.size() <= cut->Size(), "no more comes than was promised");
    }
    isr::Check(bytes.size() == cut->Size(), "all comes that was promised");
    isr::Check(cut->End() <= request.end, "it ends where it should");
  } catch (const isr::Error&) {
    // What cannot be cut says so.
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const isr::Fd file(::memfd_create("fuzz", MFD_CLOEXEC));
  isr::Check(::pwrite(file.Get(), data, size, 0) == static_cast<ssize_t>(size),
             "the file is written");
  CutOnce(file, {.start = 0, .end = 1e6, .bytes = size, .place = std::nullopt});
  CutOnce(file, {.start = 0.0101, .end = 0.0913, .bytes = size, .place = std::nullopt});
  CutOnce(file, {.start = 0.1, .end = 0.2, .bytes = size, .place = isr::FilePlace{size / 2, 700}});
  CutOnce(file, {.start = 0.1, .end = 0.2, .bytes = size / 2, .place = isr::FilePlace{size, 1}});
  return 0;
}
