#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "format/frame.hpp"

namespace isr {

/// A file of tests/unit/data.
inline Bytes Sample(const std::string& name) {
  std::ifstream file(std::string(ISR_TEST_DATA) + "/" + name, std::ios::binary);
  Bytes bytes(std::istreambuf_iterator<char>(file), {});
  EXPECT_FALSE(bytes.empty()) << "cannot read the sample " << name;
  return bytes;
}

/// A file that is nowhere on the disk.
class MemoryFile {
 public:
  explicit MemoryFile(ByteView bytes) : fd_(::memfd_create("test", MFD_CLOEXEC)) {
    EXPECT_EQ(::pwrite(fd_.Get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }
  const Fd& Handle() const { return fd_; }
  Bytes Content() const {
    Bytes bytes(static_cast<size_t>(::lseek(fd_.Get(), 0, SEEK_END)));
    EXPECT_EQ(::pread(fd_.Get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
    return bytes;
  }

 private:
  Fd fd_;
};

/// All that a framer said, with its own copy of each frame.
struct Framed {
  std::vector<Bytes> frames;
  std::vector<std::uint32_t> samples;
  std::vector<std::uint64_t> positions;
  std::vector<CodedFormat> formats;  ///< of NewFormat
  std::vector<std::string> titles;
  std::vector<LostPages> lost;
  size_t chains = 0;
  size_t info_frames = 0;
  std::uint64_t trim = 0;
  std::uint64_t garbage = 0;
  std::uint64_t tags = 0;
  std::uint64_t bytes = 0;  ///< in frames and skipped

  std::uint64_t Samples() const {
    std::uint64_t sum = 0;
    for (const auto count : samples) sum += count;
    return sum;
  }
  Bytes Joined() const {
    Bytes all;
    for (const Bytes& frame : frames) AppendBytes(all, frame);
    return all;
  }
};

inline void Add(Framed& framed, const StreamItem& item) {
  if (const auto* frame = std::get_if<Frame>(&item)) {
    framed.frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
    framed.samples.push_back(frame->samples);
    if (frame->position) framed.positions.push_back(*frame->position);
    framed.trim += frame->trim;
    framed.bytes += frame->bytes.size();
  } else if (const auto* format = std::get_if<NewFormat>(&item)) {
    framed.formats.push_back(format->format);
  } else if (const auto* comment = std::get_if<NewComment>(&item)) {
    framed.titles.push_back(comment->comment.Title());
  } else if (const auto* lost = std::get_if<LostPages>(&item)) {
    framed.lost.push_back(*lost);
  } else if (std::holds_alternative<NewChain>(item)) {
    ++framed.chains;
  } else if (const auto* info = std::get_if<InfoFrame>(&item)) {
    ++framed.info_frames;
    framed.bytes += info->bytes.size();
  } else if (const auto* skipped = std::get_if<Skipped>(&item)) {
    framed.bytes += skipped->bytes;
    if (skipped->kind == SkippedKind::kGarbage) framed.garbage += skipped->bytes;
    if (skipped->kind == SkippedKind::kTag) framed.tags += skipped->bytes;
  }
}

/// `bytes` through a framer, in pushes of `step`.
inline Framed FrameAll(Codec codec, ByteView bytes, size_t step = 4096) {
  const auto framer = MakeFramer(codec);
  Framed framed;
  while (!bytes.empty()) {
    const size_t count = std::min(step, bytes.size());
    framer->Push(bytes.first(count));
    bytes = bytes.subspan(count);
    while (const auto item = framer->Next()) Add(framed, *item);
  }
  framer->Finish();
  while (const auto item = framer->Next()) Add(framed, *item);
  return framed;
}

inline void ExpectSameFramesHoweverCut(Codec codec, ByteView bytes) {
  const Framed whole = FrameAll(codec, bytes, bytes.size());
  for (const size_t step : {1u, 7u, 100u, 417u, 1000u}) {
    const Framed pieces = FrameAll(codec, bytes, step);
    EXPECT_EQ(pieces.frames, whole.frames) << "in steps of " << step;
    EXPECT_EQ(pieces.garbage, whole.garbage) << "in steps of " << step;
  }
}

/// An MPEG-1 layer III frame, 44.1 kHz, stereo, 128 kb/s: 417 bytes. `fill` below 0xe0.
inline Bytes MpegFrame(std::uint8_t fill, std::uint8_t mode = 0x00) {
  Bytes frame(417, fill);
  const Bytes header = {0xff, 0xfb, 0x90, mode};
  std::copy(header.begin(), header.end(), frame.begin());
  return frame;
}

/// An ADTS frame of AAC-LC, 44.1 kHz, stereo, `size` bytes.
inline Bytes AdtsFrame(size_t size, std::uint8_t fill) {
  Bytes frame(size, fill);
  const Bytes header = {0xff,
                        0xf1,
                        0x50,
                        static_cast<std::uint8_t>(0x80 | (size >> 11 & 3)),
                        static_cast<std::uint8_t>(size >> 3),
                        static_cast<std::uint8_t>((size & 7) << 5 | 0x1f),
                        0xfc};
  std::copy(header.begin(), header.end(), frame.begin());
  return frame;
}

inline Bytes Concat(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) AppendBytes(all, part);
  return all;
}

}  // namespace isr
