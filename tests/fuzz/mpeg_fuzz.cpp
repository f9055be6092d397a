#include "tests/fuzz/framer_target.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  isr::CheckFramer(isr::Codec::kMpegAudio, {data, size}, true);
  return 0;
}
