#include "format/xing.hpp"

#include <algorithm>
#include <limits>

#include "format/mpeg_header.hpp"

namespace isr {
namespace {

constexpr size_t kVbriAt = 36;
constexpr std::uint32_t kHasFrames = 1, kHasBytes = 2, kHasToc = 4;
constexpr size_t kBody = 4 + 4 + 4 + 4 + 100;  // "Xing", flags, frames, bytes, toc
constexpr size_t kEncoderTag = 36;             // stays zero: readers look at it
constexpr size_t kMaxPoints = 1024;
constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

bool IsZero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

XingFacts ReadVbri(ByteView frame) {
  XingFacts facts;
  if (frame.size() >= kVbriAt + 18) {  // version, delay, quality: 2 bytes each
    facts.bytes = static_cast<std::uint32_t>(BigEndian(frame.subspan(kVbriAt + 10), 4));
    facts.frames = static_cast<std::uint32_t>(BigEndian(frame.subspan(kVbriAt + 14), 4));
  }
  return facts;
}

XingFacts ReadXing(ByteView tag) {
  XingFacts facts;
  facts.variable_rate = StartsWith(tag, "Xing");
  if (tag.size() < 8) return facts;
  const std::uint64_t flags = BigEndian(tag.subspan(4), 4);
  size_t at = 8;
  const auto take = [&tag, &at, flags](std::uint32_t flag) -> std::optional<std::uint32_t> {
    if ((flags & flag) == 0 || at + 4 > tag.size()) return std::nullopt;
    at += 4;
    return static_cast<std::uint32_t>(BigEndian(tag.subspan(at - 4), 4));
  };
  facts.frames = take(kHasFrames);
  facts.bytes = take(kHasBytes);
  return facts;
}

/// `first` without checksum and padding, at the lowest bit rate from its own up that has room.
std::optional<MpegHeader> InfoHeader(Bytes& first) {
  first[1] |= 1;
  first[2] &= 0xfd;
  for (unsigned rate = first[2] >> 4; rate < 15; ++rate) {
    first[2] = static_cast<std::uint8_t>(rate << 4 | (first[2] & 0x0f));
    const auto header = ParseMpegHeader(first);
    if (!header || header->layer != 3) return std::nullopt;
    if (header->frame_bytes >= header->SideInfoEnd() + kBody + kEncoderTag) return header;
  }
  return std::nullopt;
}

}  // namespace

std::optional<XingFacts> ParseXing(ByteView frame) {
  const auto header = ParseMpegHeader(frame);
  if (!header || header->layer != 3) return std::nullopt;
  const size_t checksum = header->protect ? 2 : 0;
  const size_t at = header->SideInfoEnd();
  // A frame of audio may hold these letters; one without side information is no audio.
  const auto is_empty_up_to = [&](size_t end) {
    return frame.size() >= end + 4 &&
           IsZero(frame.subspan(kMpegHeaderBytes + checksum, end - kMpegHeaderBytes - checksum));
  };
  if (is_empty_up_to(at)) {
    const ByteView tag = frame.subspan(at);
    if (StartsWith(tag, "Xing") || StartsWith(tag, "Info")) return ReadXing(tag);
  }
  if (is_empty_up_to(kVbriAt) && StartsWith(frame.subspan(kVbriAt), "VBRI")) {
    return ReadVbri(frame);
  }
  return std::nullopt;
}

Bytes BuildXingFrame(ByteView first, const XingFacts& facts) {
  if (first.size() < kMpegHeaderBytes) return {};
  Bytes frame(first.begin(), first.begin() + kMpegHeaderBytes);
  const auto header = InfoHeader(frame);
  if (!header) return {};
  frame.resize(header->SideInfoEnd(), 0);
  AppendText(frame, facts.variable_rate ? "Xing" : "Info");
  const bool whole = facts.frames && facts.bytes;
  AppendBigEndian(frame, whole ? kHasFrames | kHasBytes | kHasToc : 0, 4);
  if (whole) {
    AppendBigEndian(frame, *facts.frames, 4);
    AppendBigEndian(frame, *facts.bytes, 4);
    AppendBytes(frame, facts.toc);
  }
  frame.resize(header->frame_bytes, 0);
  return frame;
}

void XingIndex::Add(ByteView frame) {
  if (!ParseMpegHeader(frame)) return;
  if (first_.empty()) {
    first_.assign(frame.begin(), frame.begin() + kMpegHeaderBytes);
  } else if ((first_[2] & 0xf0) != (frame[2] & 0xf0)) {
    variable_rate_ = true;
  }
  Count(frame.size());
}

void XingIndex::AddRun(std::uint64_t frames, std::uint64_t bytes) {
  if (first_.empty() || frames == 0) return;
  isr::Bytes unpadded = first_;
  unpadded[2] &= 0xfd;
  // At a constant rate a frame has a byte more now and then.
  const std::uint64_t least = frames * ParseMpegHeader(unpadded)->frame_bytes;
  if (bytes < least || bytes > least + frames) variable_rate_ = true;
  for (std::uint64_t i = 0; i < frames; ++i) {
    Count(bytes / frames + (i < bytes % frames ? 1 : 0));
  }
}

void XingIndex::Count(std::uint64_t bytes) {
  if (frames_ % stride_ == 0) {
    if (offsets_.size() == kMaxPoints) {
      for (size_t i = 0; i < kMaxPoints / 2; ++i) offsets_[i] = offsets_[2 * i];
      offsets_.resize(kMaxPoints / 2);
      stride_ *= 2;
    }
    offsets_.push_back(bytes_);
  }
  ++frames_;
  bytes_ += bytes;
}

/// Between two points of the index the bit rate is taken as constant.
std::uint64_t XingIndex::OffsetOfFrame(std::uint64_t frame) const {
  const auto point = static_cast<size_t>(frame / stride_);
  const std::uint64_t begin = offsets_[point];
  const bool last = point + 1 == offsets_.size();
  const std::uint64_t end = last ? bytes_ : offsets_[point + 1];
  const std::uint64_t length = last ? frames_ - point * stride_ : stride_;
  return begin + (end - begin) * (frame % stride_) / length;
}

Bytes XingIndex::Build() const {
  XingFacts facts;
  facts.variable_rate = variable_rate_;
  const std::uint64_t info_bytes = BuildXingFrame(first_, facts).size();
  if (frames_ == 0 || info_bytes == 0) return {};
  const std::uint64_t total = info_bytes + bytes_;
  if (frames_ > kMax32 || total > kMax32) return BuildXingFrame(first_, facts);
  facts.frames = static_cast<std::uint32_t>(frames_);
  facts.bytes = static_cast<std::uint32_t>(total);
  for (size_t i = 0; i < facts.toc.size(); ++i) {
    const std::uint64_t offset = info_bytes + OffsetOfFrame(frames_ * i / facts.toc.size());
    facts.toc[i] = static_cast<std::uint8_t>(std::min<std::uint64_t>(255, offset * 256 / total));
  }
  return BuildXingFrame(first_, facts);
}

}  // namespace isr
