#include "buffer/record_framer.hpp"

#include <utility>

namespace isr {
namespace {

constexpr unsigned kBits = 7;
constexpr std::uint8_t kMore = 0x80;

/// LEB128.
void AppendNumber(Bytes& out, std::uint64_t number) {
  for (; number >= kMore; number >>= kBits) {
    out.push_back(static_cast<std::uint8_t>(number | kMore));
  }
  out.push_back(static_cast<std::uint8_t>(number));
}

std::optional<std::uint64_t> TakeNumber(ByteView& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; !bytes.empty() && shift < 64; shift += kBits) {
    const std::uint8_t byte = bytes.front();
    bytes = bytes.subspan(1);
    number |= static_cast<std::uint64_t>(byte & (kMore - 1U)) << shift;
    if (byte < kMore) return number;
  }
  return std::nullopt;
}

}  // namespace

void AppendRecordHead(Bytes& out, const FrameEntry& frame, std::optional<FrameEntry>& last) {
  const FrameEntry before = last.value_or(FrameEntry{});
  const std::int64_t longer = std::int64_t{frame.bytes} - before.bytes;
  const auto longer_bits = static_cast<std::uint64_t>(longer < 0 ? -2 * longer - 1 : 2 * longer);
  const bool is_other = frame.samples != before.samples || !last;
  AppendNumber(out, longer_bits << 2U | (last ? 0U : 2U) | (is_other ? 1U : 0U));
  if (is_other) AppendNumber(out, frame.samples);
  last = frame;
}

std::optional<StreamItem> RecordFramer::Next() {
  if (format_) {
    CodedFormat format = *std::exchange(format_, std::nullopt);
    format.pre_skip = 0;  // it is long over, or heard: time counts from the first frame
    return NewFormat{std::move(format)};
  }
  const ByteView all = queue_.View();
  ByteView rest = all;
  const auto head = TakeNumber(rest);
  if (!head) return std::nullopt;
  FrameEntry frame = (*head & 2U) != 0 ? FrameEntry{} : last_;
  const auto longer = static_cast<std::int64_t>(*head >> 3U);
  frame.bytes += static_cast<std::uint32_t>((*head & 4U) != 0 ? -longer - 1 : longer);
  if ((*head & 1U) != 0) {
    const auto samples = TakeNumber(rest);
    if (!samples) return std::nullopt;
    frame.samples = static_cast<std::uint32_t>(*samples);
  }
  if (rest.size() < frame.bytes) return std::nullopt;
  last_ = frame;
  const ByteView bytes = rest.first(frame.bytes);
  queue_.Drop(all.size() - rest.size() + bytes.size());
  return Frame{.bytes = bytes, .samples = frame.samples, .trim = 0, .position = {}};
}

}  // namespace isr
