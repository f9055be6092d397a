#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "level/crc32.hpp"
#include "level/track_file.hpp"
#include "level/track_log.hpp"
#include "level/track_seconds.hpp"

namespace isr {
namespace {

using Bytes = std::vector<std::uint8_t>;
using std::chrono::microseconds;

UtcTime At(std::int64_t us) {
  return UtcTime(microseconds(us));
}

TrackFacts MakeFacts() {
  TrackFacts facts;
  facts.segment = {.name = "2026-11-21/garden_140000.wav",
                   .source = "garden",
                   .format = "wav",
                   .start = At(1'795'269'600'123'456),
                   .utc_offset = std::chrono::seconds(-12600),
                   .rate = 44100,
                   .frames = 44100LL * 3600,
                   .bytes = 5'000'000'000,
                   .began = Cause::kReconnect,
                   .ended = Cause::kDiskFull,
                   .clock = ClockQuality::kSynced,
                   .ppm = -12.345};
  facts.gap_before = Gap{"garden", At(1'795'269'590'000'000), facts.segment.start, Cause::kCrash};
  return facts;
}

void ExpectSame(const Gap& a, const Gap& b) {
  EXPECT_EQ(std::tie(a.source, a.start, a.end, a.cause),
            std::tie(b.source, b.start, b.end, b.cause));
}

/// Whether all of it is the same.
bool IsSame(const TrackFacts& a, const TrackFacts& b) {
  const auto key = [](const TrackFacts& facts) {
    const Segment& s = facts.segment;
    const Gap gap = facts.gap_before.value_or(Gap{});
    return std::tuple(s.name, s.source, s.format, s.start, s.utc_offset, s.rate, s.frames, s.bytes,
                      s.began, s.ended, s.growing, s.clock, s.ppm, facts.gap_before.has_value(),
                      gap.source, gap.start, gap.end, gap.cause);
  };
  return key(a) == key(b);
}

TrackRecord MakeRecord(std::uint64_t second) {
  TrackRecord record;
  for (std::size_t i = 0; i < record.windows.size(); ++i) {
    const auto level = static_cast<std::int16_t>(-9000 + static_cast<int>(second * 10 + i));
    record.windows[i] = {level, kMissingLevel, static_cast<std::int16_t>(level + 300)};
  }
  record.reached = TrackPosition{44 + (second + 1) * 176400, (second + 1) * 44100};
  return record;
}

void Apply(Bytes& file, const TrackPiece& piece) {
  file.resize(std::max(file.size(), piece.offset + piece.bytes.size()));
  std::copy(piece.bytes.begin(), piece.bytes.end(),
            file.begin() + static_cast<std::ptrdiff_t>(piece.offset));
}

const std::vector<std::string> kTitles{"Stöße", "", std::string(300, 'x')};

Bytes MakeTrack(std::uint64_t seconds) {
  Bytes file;
  Apply(file, EncodeTrackPreamble());
  TrackFacts begun = MakeFacts();
  begun.segment.growing = true;
  begun.segment.ended.reset();
  Apply(file, EncodeTrackFacts(begun, 1));
  TrackLog log;
  for (const std::string& title : kTitles) {
    Apply(file, *log.Append(Title{At(1'000'000), title, title + "\xff"}));
  }
  for (std::uint64_t n = 0; n < seconds; ++n) Apply(file, EncodeTrackRecord(n, MakeRecord(n)));
  Apply(file, EncodeTrackFacts(MakeFacts(), 2));
  return file;
}

TrackFile Open(const Bytes& content) {
  Fd fd(::memfd_create("track", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.Get(), content.data(), content.size()),
            static_cast<ssize_t>(content.size()));
  return TrackFile(std::move(fd));
}

TEST(Crc32, IsTheUsualOne) {
  const std::string text = "123456789";
  const Bytes bytes(text.begin(), text.end());
  EXPECT_EQ(Crc32(bytes), 0xcbf43926U);
  EXPECT_EQ(Crc32(std::span(bytes).subspan(4), Crc32(std::span(bytes).first(4))), 0xcbf43926U);
}

TEST(Track, GivesBackWhatWasPutIn) {
  const TrackFile track = Open(MakeTrack(3));
  ASSERT_EQ(track.Kind(), TrackKind::kTrack);
  ASSERT_TRUE(track.Facts());
  EXPECT_TRUE(IsSame(*track.Facts(), MakeFacts()));
  EXPECT_EQ(track.FactsSequence(), 2U);
  EXPECT_EQ(track.RecordCount(), 3U);
  for (std::uint64_t n = 0; n < 3; ++n) EXPECT_EQ(track.Record(n), MakeRecord(n)) << n;
  EXPECT_FALSE(track.Record(3));
  ASSERT_EQ(track.Events().size(), kTitles.size());
  for (std::size_t i = 0; i < kTitles.size(); ++i) {
    const auto& title = std::get<Title>(track.Events()[i]);
    EXPECT_EQ(title.raw, kTitles[i] + "\xff");
    EXPECT_EQ(title.text, kTitles[i]);
  }
}

TEST(Track, HoldsGapsAndClockStepsOfTheCourseOfAFile) {
  Bytes file = MakeTrack(0);
  const Gap gap{"garden", At(-5), At(10'000'000), Cause::kXrun};
  TrackLog log;
  Apply(file, *log.Append(InnerGap{1'000'000'000'000, 4711, gap}));
  Apply(file, *log.Append(ClockStep{7, microseconds(-3'600'000'000)}));
  const TrackFile track = Open(file);
  ASSERT_EQ(track.Events().size(), 2U);
  const auto& inner = std::get<InnerGap>(track.Events()[0]);
  EXPECT_EQ(inner.frame, 1'000'000'000'000U);
  EXPECT_EQ(inner.missing, 4711U);
  ExpectSame(inner.gap, gap);
  const auto& step = std::get<ClockStep>(track.Events()[1]);
  EXPECT_EQ(step.frame, 7U);
  EXPECT_EQ(step.by, microseconds(-3'600'000'000));
}

TEST(Track, KeepsLevelsThatAreMissingApartFromSilence) {
  TrackRecord record;
  record.windows[3] = {-9000, -9000, 0};
  const auto decoded = DecodeTrackRecord(12, EncodeTrackRecord(12, record).bytes);
  EXPECT_EQ(decoded, record);
  EXPECT_FALSE(decoded->reached);
}

TEST(Track, GivesLevelsAsArrays) {
  constexpr std::uint64_t kSeconds = 1500;
  Bytes file = MakeTrack(kSeconds);
  file[TrackRecordOffset(7) + 3] ^= 1;
  const TrackFile track = Open(file);
  EXPECT_EQ(track.WindowCount(), 36000U) << "the facts say an hour";
  const TrackLevels levels = track.Levels();
  ASSERT_EQ(levels.Size(), kSeconds * 10);
  ASSERT_EQ(levels.detection.size(), levels.Size());
  ASSERT_EQ(levels.peak.size(), levels.Size());
  for (std::uint64_t n = 0; n < levels.Size(); ++n) {
    const bool is_lost = n / 10 == 7;
    const LevelWindow expected = is_lost ? LevelWindow{} : MakeRecord(n / 10).windows[n % 10];
    ASSERT_EQ(levels.rms[n], expected.rms) << n;
    ASSERT_EQ(levels.detection[n], expected.detection) << n;
    ASSERT_EQ(levels.peak[n], expected.peak) << n;
  }
  const TrackLevels some = track.Levels(10243, 14);
  ASSERT_EQ(some.Size(), 14U);
  EXPECT_TRUE(std::equal(some.rms.begin(), some.rms.end(), levels.rms.begin() + 10243));
  EXPECT_EQ(track.Levels(14999, 100).Size(), 1U);
  EXPECT_EQ(track.Levels(15000).Size(), 0U);
}

TEST(Track, EndsWithTheLastWindowOfItsFile) {
  TrackFacts facts = MakeFacts();
  facts.segment.frames = 44100 + 4410 + 1;  // a second and two windows, one of them of a frame
  Bytes file = MakeTrack(2);
  Apply(file, EncodeTrackFacts(facts, 3));
  const TrackFile finished = Open(file);
  EXPECT_EQ(finished.WindowCount(), 12U);
  EXPECT_EQ(finished.Levels().Size(), 12U);

  facts.segment.growing = true;
  Apply(file, EncodeTrackFacts(facts, 4));
  TrackRecord last;
  last.windows[2] = {-1, -2, -3};
  Apply(file, EncodeTrackRecord(5, last));
  Apply(file, EncodeTrackRecord(6, TrackRecord{}));
  const TrackFile growing = Open(file);
  EXPECT_EQ(growing.WindowCount(), 53U);
  EXPECT_EQ(growing.Levels().rms.back(), -1);
}

TEST(TrackSeconds, WritesWhatIsKnownOfASecondHoweverItComes) {
  const auto places_first = [](TrackSeconds& seconds, Bytes& file, std::uint64_t n) {
    for (const auto& piece : seconds.SetReached(n, *MakeRecord(n).reached)) Apply(file, piece);
  };
  const auto levels_of = [](TrackSeconds& seconds, Bytes& file, std::uint64_t n) {
    for (std::uint64_t i = 0; i < 10; ++i) {
      const auto pieces = seconds.SetLevels(10 * n + i, MakeRecord(n).windows[i]);
      EXPECT_EQ(pieces.size(), i == 9 ? 1U : 0U);
      for (const auto& piece : pieces) Apply(file, piece);
    }
  };
  TrackSeconds seconds;
  Bytes file = MakeTrack(0);
  places_first(seconds, file, 0);
  levels_of(seconds, file, 0);
  levels_of(seconds, file, 1);
  levels_of(seconds, file, 2);
  places_first(seconds, file, 2);
  places_first(seconds, file, 1);
  const TrackFile track = Open(file);
  for (std::uint64_t n = 0; n < 3; ++n) EXPECT_EQ(track.Record(n), MakeRecord(n)) << n;
}

TEST(TrackSeconds, WritesSecondsThatAreNotWhole) {
  TrackSeconds seconds;
  EXPECT_TRUE(seconds.SetLevels(5, {-1, -2, -3}).empty());
  const auto first = seconds.SetLevels(12, {-4, -5, -6});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(DecodeTrackRecord(0, first[0].bytes)->windows[5], (LevelWindow{-1, -2, -3}));
  const auto last = seconds.Finish();
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(DecodeTrackRecord(1, last[0].bytes)->windows[2], (LevelWindow{-4, -5, -6}));
  EXPECT_TRUE(seconds.Finish().empty());
}

TEST(TrackSeconds, NeverOverwritesASecondThatItHasForgotten) {
  TrackSeconds seconds;
  EXPECT_EQ(seconds.SetReached(0, {1, 1}).size(), 1U);
  EXPECT_EQ(seconds.SetReached(TrackSeconds::kKept, {2, 2}).size(), 1U);
  EXPECT_TRUE(seconds.SetLevels(9, {-1, -1, -1}).empty());
  EXPECT_TRUE(seconds.SetReached(0, {3, 3}).empty());
  EXPECT_EQ(seconds.SetReached(1, {1, 1}).size(), 1U);
}

TEST(Track, SeeksToTheLastPlaceAtOrBeforeATime) {
  const TrackFile track = Open(MakeTrack(10));
  EXPECT_EQ(track.SeekByTime(0), TrackPosition{});
  EXPECT_EQ(track.SeekByTime(0.999), TrackPosition{});
  EXPECT_EQ(track.SeekByTime(1), MakeRecord(0).reached);
  EXPECT_EQ(track.SeekByTime(9.5), MakeRecord(8).reached);
  EXPECT_EQ(track.SeekByTime(10), MakeRecord(9).reached);
  EXPECT_EQ(track.SeekByTime(1e300), MakeRecord(9).reached);
  EXPECT_EQ(track.LastPosition(), *MakeRecord(9).reached);
  EXPECT_FALSE(track.SeekByTime(-1));
  EXPECT_FALSE(track.SeekByTime(std::numeric_limits<double>::quiet_NaN()));
}

TEST(Track, SeeksOverMissingRecords) {
  Bytes file;
  Apply(file, EncodeTrackPreamble());
  Apply(file, EncodeTrackRecord(0, MakeRecord(0)));
  Apply(file, EncodeTrackRecord(30, TrackRecord{}));
  Apply(file, EncodeTrackRecord(100, TrackRecord{}));
  const TrackFile track = Open(file);
  EXPECT_EQ(track.SeekByTime(31), MakeRecord(0).reached);
  EXPECT_FALSE(track.SeekByTime(101));
  EXPECT_EQ(track.LastPosition(), *MakeRecord(0).reached);
}

TEST(Track, OfAnUnknownVersionIsRefused) {
  Bytes file = MakeTrack(1);
  file[8] = 2;
  EXPECT_EQ(Open(file).Kind(), TrackKind::kNoTrack) << "damaged, not newer";
  const std::uint32_t crc = Crc32(std::span(file).first(20));
  for (std::size_t i = 0; i < 4; ++i) file[20 + i] = static_cast<std::uint8_t>(crc >> 8 * i);
  const TrackFile newer = Open(file);
  EXPECT_EQ(newer.Kind(), TrackKind::kNewerTrack);
  EXPECT_FALSE(newer.Facts());
  EXPECT_FALSE(newer.Record(0));
  EXPECT_FALSE(newer.SeekByTime(1));
}

TEST(Track, IsNotAFileThatIsNoneOrNotOpen) {
  EXPECT_EQ(Open({}).Kind(), TrackKind::kNoTrack);
  EXPECT_EQ(Open(Bytes(100'000, 0)).Kind(), TrackKind::kNoTrack);
  EXPECT_EQ(TrackFile(Fd()).Kind(), TrackKind::kNoTrack);
}

TEST(Track, RecordsAreOnlyGoodInTheirPlace) {
  const TrackPiece piece = EncodeTrackRecord(5, MakeRecord(5));
  EXPECT_TRUE(DecodeTrackRecord(5, piece.bytes));
  EXPECT_FALSE(DecodeTrackRecord(6, piece.bytes));
}

TEST(Track, AHalfWrittenEndLeavesTheFactsOfTheBegin) {
  Bytes file = MakeTrack(1);
  const TrackPiece end = EncodeTrackFacts(MakeFacts(), 2);
  file[end.offset + end.bytes.size() - 1] ^= 1;
  const TrackFile track = Open(file);
  ASSERT_TRUE(track.Facts());
  EXPECT_TRUE(track.Facts()->segment.growing);
  EXPECT_EQ(track.FactsSequence(), 1U);
}

TEST(Track, AFullLogTakesNoMore) {
  TrackLog log;
  Bytes file = MakeTrack(1);
  std::size_t count = 0;
  while (const auto piece = log.Append(Title{At(0), "Artist - A title of common length", ""})) {
    Apply(file, *piece);
    ++count;
  }
  EXPECT_GT(count, 400U);
  const TrackFile track = Open(file);
  EXPECT_EQ(track.Events().size(), count);
  EXPECT_EQ(track.Record(0), MakeRecord(0));
}

/// Everything that a track says is what was put in, or missing.
void ExpectNothingWrong(const TrackFile& track, std::uint64_t seconds) {
  TrackFacts begun = MakeFacts();
  begun.segment.growing = true;
  begun.segment.ended.reset();
  if (track.Kind() != TrackKind::kTrack) return;
  if (track.Facts()) {
    EXPECT_TRUE(IsSame(*track.Facts(), MakeFacts()) || IsSame(*track.Facts(), begun));
  }
  EXPECT_LE(track.Events().size(), kTitles.size());
  for (std::size_t i = 0; i < track.Events().size(); ++i) {
    EXPECT_EQ(std::get<Title>(track.Events()[i]).raw, kTitles[i] + "\xff");
  }
  for (std::uint64_t n = 0; n <= seconds; ++n) {
    const auto record = track.Record(n);
    if (record) {
      EXPECT_EQ(record, MakeRecord(n));
    }
  }
}

TEST(Track, CutAtAnyByteKeepsWhatIsWhole) {
  constexpr std::uint64_t kSeconds = 3;
  const Bytes whole = MakeTrack(kSeconds);
  Bytes file = whole;
  while (!file.empty()) {
    file.pop_back();
    // The hole between log and records is as good as one byte of it.
    const bool is_in_hole = file.size() > 20000 && file.size() < kTrackHeaderSize;
    if (is_in_hole && file.size() % 1009 != 0) continue;
    const TrackFile track = Open(file);
    ASSERT_EQ(track.Kind(),
              file.size() < kTrackPreambleSize ? TrackKind::kNoTrack : TrackKind::kTrack);
    ASSERT_NO_FATAL_FAILURE(ExpectNothingWrong(track, kSeconds));
    for (std::uint64_t n = 0; n < kSeconds; ++n) {
      ASSERT_EQ(track.Record(n).has_value(), TrackRecordOffset(n + 1) <= file.size());
    }
  }
}

TEST(Track, NeverGivesAWrongValueHoweverDamaged) {
  constexpr std::uint64_t kSeconds = 3;
  const Bytes whole = MakeTrack(kSeconds);
  // Where there is something; holes are hit often enough.
  const std::vector<std::pair<std::size_t, std::size_t>> places{
      {0, 24}, {4096, 4396}, {10240, 10540}, {16384, 17100}, {65536, whole.size()}};
  std::mt19937 random(20261121);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  for (int round = 0; round < 3000; ++round) {
    Bytes file = whole;
    for (std::size_t hits = 1 + below(8); hits > 0; --hits) {
      const auto [from, to] = places[below(places.size())];
      const std::size_t at = from + below(to - from);
      const std::size_t length = std::min(1 + below(40), file.size() - at);
      const bool is_flip = below(2) == 0;
      for (std::size_t i = 0; i < length; ++i) {
        if (is_flip && i > 0) break;
        file[at + i] = is_flip ? file[at + i] ^ static_cast<std::uint8_t>(1U << below(8))
                               : static_cast<std::uint8_t>(below(256));
      }
    }
    if (below(4) == 0) file.resize(below(file.size()));
    ASSERT_NO_FATAL_FAILURE(ExpectNothingWrong(Open(file), kSeconds)) << round;
    if (HasFailure()) FAIL() << "in round " << round;
  }
}

}  // namespace
}  // namespace isr
