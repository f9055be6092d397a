#include "buffer/audio_buffer.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "buffer/record_framer.hpp"

namespace isr {
namespace {

constexpr PcmLayout kStereo{.rate = 48000, .channels = 2, .bits = 16};

Segment SegmentAt(std::int64_t second, int rate = kStereo.rate) {
  return {.source = "desk", .start = UtcTime(std::chrono::seconds(second)), .rate = rate};
}

/// Sample frames that hold their number.
Bytes Ramp(std::uint32_t first, std::uint32_t count) {
  Bytes bytes;
  for (std::uint32_t i = first; i < first + count; ++i) AppendLittleEndian(bytes, i, 4);
  return bytes;
}

/// Plays the ramp from frame `first` on in parts of 10 ms.
void Play(AudioBuffer::Run& run, std::uint32_t first, std::uint32_t count) {
  constexpr std::uint32_t kPart = 480;
  for (std::uint32_t done = 0; done < count; done += kPart) {
    run.OnPcmFrames(Ramp(first + done, std::min(kPart, count - done)));
  }
}

Bytes ReadAll(const AudioBuffer::Hold& hold, const HeldSegment& held) {
  Bytes all;
  while (held.begin + all.size() < held.end) {
    AppendBytes(all, hold.Read(held.begin + all.size(), held.end - held.begin - all.size()));
  }
  return all;
}

std::shared_ptr<AudioBuffer::Run> Begin(AudioBuffer& buffer, std::int64_t second = 1000) {
  auto run = buffer.BeginRun();
  run->Begin(SegmentAt(second), 0);
  run->OnPcmFormat(kStereo);
  return run;
}

TEST(AudioBuffer, WhatIsKeptStaysReadableWhileWhatWasBeforeGoes) {
  for (const bool as_flac : {false, true}) {
    const auto buffer = std::make_shared<AudioBuffer>(
        AudioBuffer::Options{.seconds = 10, .pcm = kStereo, .as_flac = as_flac});
    const auto run = Begin(*buffer);
    Play(*run, 0, 11 * 48000);
    const auto hold = buffer->Keep(5);
    const auto segments = hold->Segments(std::nullopt);
    ASSERT_EQ(segments.size(), 1U);
    const HeldSegment& held = segments.front();
    EXPECT_GE(held.segment.frames, 5 * 48000);
    EXPECT_LE(held.segment.frames, 6 * 48000);
    EXPECT_EQ(held.dropped + static_cast<std::uint64_t>(held.segment.frames), 11U * 48000);
    Play(*run, 11 * 48000, 4 * 48000);
    const Bytes kept = ReadAll(*hold, held);
    if (!as_flac) {
      EXPECT_EQ(kept, Ramp(static_cast<std::uint32_t>(held.dropped),
                           static_cast<std::uint32_t>(held.segment.frames)));
    }
  }
}

TEST(AudioBuffer, HoldsItsSecondsInHardlyMoreMemoryThanTheyTake) {
  const auto buffer =
      std::make_shared<AudioBuffer>(AudioBuffer::Options{.seconds = 60, .pcm = kStereo});
  const std::size_t at_first = buffer->Fill().memory;
  const auto run = Begin(*buffer);
  double worst = 0;
  for (std::uint32_t second = 0; second < 150; ++second) {
    Play(*run, second * 48000, 48000);
    const MemoryFill fill = buffer->Fill();
    EXPECT_EQ(fill.memory, at_first) << "it is allocated once";
    if (second < 60) continue;
    EXPECT_GE(fill.seconds, 60);
    worst = std::max(worst, static_cast<double>(fill.memory) / static_cast<double>(fill.bytes));
  }
  EXPECT_LE(worst, 1.02);
  RecordProperty("memory_ratio", std::to_string(worst));
}

TEST(AudioBuffer, GivesBackTheSamplesAndSaysHowManyItDropped) {
  const auto buffer =
      std::make_shared<AudioBuffer>(AudioBuffer::Options{.seconds = 2, .pcm = kStereo});
  const auto run = Begin(*buffer);
  Play(*run, 0, 10 * 48000 + 17);
  EXPECT_EQ(run->Frames(), 10U * 48000 + 17);
  const auto hold = buffer->Keep(2);
  const auto segments = hold->Segments(10 * 48000);
  ASSERT_EQ(segments.size(), 1U);
  const HeldSegment& held = segments[0];
  EXPECT_EQ(held.dropped + static_cast<std::uint64_t>(held.segment.frames), 10U * 48000);
  EXPECT_GE(held.segment.frames, 2 * 48000);
  EXPECT_EQ(held.segment.format, "wav");
  EXPECT_EQ(ReadAll(*hold, held), Ramp(static_cast<std::uint32_t>(held.dropped),
                                       static_cast<std::uint32_t>(held.segment.frames + 17)));
}

TEST(AudioBuffer, KeepsTheRunsApartAndDoesNotHearOneThatHangs) {
  const auto buffer =
      std::make_shared<AudioBuffer>(AudioBuffer::Options{.seconds = 60, .pcm = kStereo});
  const auto first = Begin(*buffer);
  Play(*first, 0, 48000);
  const auto second = buffer->BeginRun();
  EXPECT_FALSE(second->Frames());
  Play(*first, 48000, 48000);
  second->Begin(SegmentAt(2000), 0);
  second->OnPcmFormat(kStereo);
  Play(*second, 500'000, 96000);
  const auto hold = buffer->Keep(60);
  const auto segments = hold->Segments({});
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(ReadAll(*hold, segments[0]), Ramp(0, 48000));
  EXPECT_EQ(ReadAll(*hold, segments[1]), Ramp(500'000, 96000));
  EXPECT_EQ(segments[1].segment.start, SegmentAt(2000).start);
}

TEST(AudioBuffer, DropsNothingThatIsHeldButNotForEver) {
  const auto buffer =
      std::make_shared<AudioBuffer>(AudioBuffer::Options{.seconds = 4, .pcm = kStereo});
  const auto run = Begin(*buffer);
  Play(*run, 0, 10 * 48000);
  {
    const auto hold = buffer->Keep(3);
    const auto before = hold->Segments({});
    const std::uint64_t begin = before[0].end - std::uint64_t{3} * 48000 * 4;
    Play(*run, 10 * 48000, 6 * 48000);
    EXPECT_EQ(hold->Read(begin, 4), Ramp(7 * 48000, 1));
    EXPECT_GE(buffer->Fill().seconds, 9);
    Play(*run, 16 * 48000, 60 * 48000);
    EXPECT_THROW(hold->Read(begin, 4), Error);
    EXPECT_LT(buffer->Fill().seconds, 4 * 3 + 6);
  }
  Play(*run, 76 * 48000, 48000);
  EXPECT_LT(buffer->Fill().seconds, 4.1);
}

/// What the records of a segment hold, from what is held first on.
std::vector<Bytes> FramesOf(const AudioBuffer::Hold& hold, const HeldSegment& held,
                            std::uint64_t& samples) {
  RecordFramer framer(std::get<CodedFormat>(held.coding));
  std::vector<Bytes> frames;
  samples = 0;
  for (std::uint64_t at = held.begin; at < held.end; ++at) {  // a byte at a time
    framer.Push(hold.Read(at, 1));
    while (const auto item = framer.Next()) {
      const auto* const frame = std::get_if<Frame>(&*item);
      if (frame == nullptr) continue;
      frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
      samples += frame->samples;
    }
  }
  return frames;
}

TEST(AudioBuffer, KeepsCodedFramesAsTheyCameInHardlyMoreMemory) {
  constexpr int kRate = 44100;
  const auto buffer = std::make_shared<AudioBuffer>(AudioBuffer::Options{.seconds = 60});
  const auto run = buffer->BeginRun();
  run->Begin(SegmentAt(1000, kRate), 0);
  run->OnFormat({.codec = Codec::kMpegAudio, .rate = kRate, .channels = 2, .layer = 3});
  std::vector<Bytes> sent;
  double worst = 0;
  for (std::uint32_t i = 0; i < 8000; ++i) {
    Bytes frame(417 + i % 2, static_cast<std::uint8_t>(i));
    run->OnFrames(frame, std::vector{FrameEntry{static_cast<std::uint32_t>(frame.size()), 1152}});
    sent.push_back(std::move(frame));
    const MemoryFill fill = buffer->Fill();
    if (fill.seconds < 60) continue;
    worst = std::max(worst, static_cast<double>(fill.memory) / static_cast<double>(fill.bytes));
  }
  EXPECT_LE(worst, 1.02);
  const auto hold = buffer->Keep(60);
  const auto segments = hold->Segments({});
  ASSERT_EQ(segments.size(), 1U);
  std::uint64_t samples = 0;
  const std::vector<Bytes> frames = FramesOf(*hold, segments[0], samples);
  EXPECT_EQ(samples, static_cast<std::uint64_t>(segments[0].segment.frames));
  EXPECT_GE(samples, 60U * kRate);
  const std::vector<Bytes> last(sent.end() - static_cast<std::ptrdiff_t>(frames.size()),
                                sent.end());
  EXPECT_EQ(frames, last);
}

TEST(AudioBuffer, TakesFramesThatAreLargerThanABlock) {
  const auto buffer = std::make_shared<AudioBuffer>(AudioBuffer::Options{.seconds = 5});
  const auto run = buffer->BeginRun();
  run->Begin(SegmentAt(1000, 1000), 0);
  run->OnFormat({.codec = Codec::kOpus, .rate = 1000, .channels = 2});
  for (std::uint8_t i = 0; i < 100; ++i) {
    const Bytes frame(30'000, i);
    run->OnFrames(frame, std::vector{FrameEntry{30'000, 100U + i % 3}});
  }
  const auto hold = buffer->Keep(5);
  const auto segments = hold->Segments({});
  ASSERT_EQ(segments.size(), 1U);
  std::uint64_t samples = 0;
  const std::vector<Bytes> frames = FramesOf(*hold, segments[0], samples);
  EXPECT_EQ(samples, static_cast<std::uint64_t>(segments[0].segment.frames));
  EXPECT_GE(samples, 5000U);
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames.back(), Bytes(30'000, 99));
  EXPECT_EQ(frames.front()[0], 100 - frames.size());
}

TEST(AudioBuffer, AsFlacHoldsTheSameSamplesToTheLast) {
  const auto buffer = std::make_shared<AudioBuffer>(
      AudioBuffer::Options{.seconds = 2, .pcm = kStereo, .as_flac = true});
  const auto run = Begin(*buffer);
  constexpr std::uint32_t kFrames = 6 * 48000 + 5;
  Play(*run, 0, kFrames);
  EXPECT_EQ(run->Frames(), kFrames);
  const auto hold = buffer->Keep(2);
  const auto segments = hold->Segments(kFrames);
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0].segment.format, "flac");
  std::uint64_t samples = 0;
  FlacSamples decoded;
  for (const Bytes& frame : FramesOf(*hold, segments[0], samples)) {
    const FlacSamples some = DecodeFlacFrame({.rate = 48000, .channels = 2, .bits = 16}, frame);
    decoded.insert(decoded.end(), some.begin(), some.end());
  }
  EXPECT_EQ(samples + segments[0].dropped, kFrames);
  FlacSamples played;
  AppendSamples(
      played,
      Ramp(static_cast<std::uint32_t>(segments[0].dropped), static_cast<std::uint32_t>(samples)),
      16);
  EXPECT_EQ(decoded, played);
}

TEST(AudioBuffer, BoundsWhatAStreamWithoutTimeTakes) {
  const auto buffer = std::make_shared<AudioBuffer>(AudioBuffer::Options{.seconds = 1});
  const auto run = buffer->BeginRun();
  run->Begin(SegmentAt(1000, 44100), 0);
  run->OnFormat({.codec = Codec::kVorbis, .rate = 44100, .channels = 2});
  const Bytes frame(5000, 7);
  for (int i = 0; i < 2000; ++i) run->OnFrames(frame, std::vector{FrameEntry{5000, 0}});
  EXPECT_LT(buffer->Fill().memory, 2'100'000U);
}

}  // namespace
}  // namespace isr
