#include "tests/fuzz/framer_target.hpp"

#include <algorithm>

#include "format/frame_history.hpp"
#include "tests/fuzz/target.hpp"

namespace isr {
namespace {

struct Outcome {
  std::uint64_t bytes = 0;
  std::uint64_t samples = 0;
  std::uint64_t frames = 0;
  std::uint64_t hash = 0;
  std::uint64_t formats = 0;

  bool operator==(const Outcome&) const = default;

  void Take(const StreamItem& item) {
    if (const auto* frame = std::get_if<Frame>(&item)) {
      bytes += frame->bytes.size();
      samples += frame->samples - frame->trim;
      hash = hash * 31 + FrameHistory::HashOf(frame->bytes);
      ++frames;
      Check(frame->trim <= frame->samples, "no more is trimmed than there is");
      Check(!frame->bytes.empty(), "a frame has bytes");
    }
    if (const auto* info = std::get_if<InfoFrame>(&item)) bytes += info->bytes.size();
    if (const auto* skipped = std::get_if<Skipped>(&item)) bytes += skipped->bytes;
    if (std::holds_alternative<NewFormat>(item)) ++formats;
  }
};

Outcome Run(Codec codec, ByteView bytes, size_t step) {
  const auto framer = MakeFramer(codec);
  Outcome outcome;
  while (!bytes.empty()) {
    const size_t count = std::min(step, bytes.size());
    framer->Push(bytes.first(count));
    bytes = bytes.subspan(count);
    while (const auto item = framer->Next()) outcome.Take(*item);
  }
  framer->Finish();
  while (const auto item = framer->Next()) outcome.Take(*item);
  return outcome;
}

}  // namespace

void CheckFramer(Codec codec, ByteView bytes, bool counts_bytes) {
  const Outcome whole = Run(codec, bytes, std::max<size_t>(bytes.size(), 1));
  const Outcome single = Run(codec, bytes, 1);
  const Outcome pieces = Run(codec, bytes, 61);
  Check(whole == single, "pushes of one byte give the same");
  Check(whole == pieces, "pushes of any length give the same");
  Check(!counts_bytes || whole.bytes == bytes.size(), "every byte is accounted for");
}

}  // namespace isr
