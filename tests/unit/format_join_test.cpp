#include <algorithm>

#include "format/frame_join.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

/// Adds all of a file. Returns whether what was there before had to go.
bool AddFile(FrameJoin& join, Codec codec, const Bytes& file, Bytes& out) {
  const auto read = [&file](std::uint64_t offset, size_t count) {
    const ByteView rest = ByteView(file).subspan(std::min<size_t>(offset, file.size()));
    const ByteView some = rest.first(std::min(count, rest.size()));
    return Bytes(some.begin(), some.end());
  };
  join.Begin(read, codec, {.start = 0, .end = 1e6, .place = std::nullopt});
  while (join.Step(out)) {
  }
  return join.TakeRestart();
}

Bytes Finished(FrameJoin& join, Bytes& out) {
  join.Finish(out);
  Bytes whole = join.Header();
  AppendBytes(whole, out);
  return whole;
}

TEST(FrameJoin, HoldsTheFramesOfOneFileBehindThoseOfTheOther) {
  const std::pair<Codec, const char*> files[]{{Codec::kMpegAudio, "cbr.mp3"},
                                              {Codec::kAdtsAac, "tone.aac"},
                                              {Codec::kVorbis, "tone_vorbis.ogg"}};
  for (const auto& [codec, name] : files) {
    const Bytes file = Sample(name);
    FrameJoin join;
    Bytes out;
    EXPECT_FALSE(AddFile(join, codec, file, out));
    EXPECT_FALSE(AddFile(join, codec, file, out));
    std::vector<Bytes> twice = FrameAll(codec, file).frames;
    const std::vector<Bytes> once = twice;
    std::copy(once.begin(), once.end(), std::back_inserter(twice));
    EXPECT_EQ(FrameAll(codec, Finished(join, out)).frames, twice) << name;
  }
}

TEST(FrameJoin, FlacIsNumberedOnWhetherItsFramesAreCutOrNot) {
  const Bytes file = Sample("tone.flac");
  for (const bool whole_frames : {false, true}) {
    FrameJoin join({.whole_frames = whole_frames});
    Bytes out;
    AddFile(join, Codec::kFlac, file, out);
    AddFile(join, Codec::kFlac, file, out);
    const Framed once = FrameAll(Codec::kFlac, file);
    const Framed joined = FrameAll(Codec::kFlac, Finished(join, out));
    EXPECT_EQ(joined.Samples(), 2 * once.Samples());
    EXPECT_EQ(join.Samples(), joined.Samples());
    std::uint64_t position = 0;
    for (size_t i = 0; i < joined.frames.size(); ++i) {
      EXPECT_EQ(joined.positions[i], position);
      position += joined.samples[i];
    }
  }
}

TEST(FrameJoin, AFileOfAnotherCodingBeginsAnew) {
  const Bytes mp3 = Sample("cbr.mp3");
  const Bytes flac = Sample("tone.flac");
  FrameJoin join;
  Bytes out;
  AddFile(join, Codec::kFlac, flac, out);
  EXPECT_TRUE(AddFile(join, Codec::kMpegAudio, mp3, out));
  EXPECT_EQ(FrameAll(Codec::kMpegAudio, Finished(join, out)).frames,
            FrameAll(Codec::kMpegAudio, mp3).frames);
}

}  // namespace
}  // namespace isr
