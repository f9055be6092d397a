#include "tests/fuzz/target.hpp"
#include "worker/wire.hpp"

/// Messages that another process sends.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = isr::DecodeMessage({data, size});
  if (!message.has_value()) return 0;
  if (const auto format = isr::DecodeFormat(message->payload)) {
    isr::Check(isr::DecodeFormat(isr::EncodeFormat(*format)) == format, "a format says itself");
  }
  if (const auto frames = isr::DecodeFrames(message->payload)) {
    std::size_t bytes = 0;
    for (const auto& entry : frames->entries) bytes += entry.bytes;
    isr::Check(bytes == frames->bytes.size(), "the frames fill their bytes");
  }
  isr::DecodeLevels(message->payload);
  return 0;
}
