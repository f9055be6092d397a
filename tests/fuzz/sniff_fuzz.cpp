#include "format/sniff.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using isr::Check;
  using isr::Content;
  const isr::ByteView bytes(data, size);
  const isr::Sniffed ended = isr::Sniff(bytes, true);
  Check(ended.content != Content::kNeedMore, "at the end nothing more is asked for");
  const isr::Sniffed open = isr::Sniff(bytes);
  Check(size < isr::kSniffBytes || open.content != Content::kNeedMore,
        "no more is asked for than the limit");
  Check(open.content != Content::kTag || open.skip > 0, "a tag has a length");
  isr::Describe(open.content);
  return 0;
}
