#include "level/level_meter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

#include "level/decibel.hpp"

namespace isr {
namespace {

using Bytes = std::vector<std::uint8_t>;
using namespace std::chrono_literals;

constexpr double kTolerance = 0.01;  // dB

double Db(double power) {
  return 10 * std::log10(power);
}

/// Appends a sample of -1 to 1 as `format` has it.
void AppendSample(Bytes& bytes, SampleFormat format, double value) {
  const auto append = [&bytes](auto number, std::size_t size) {
    const auto* const raw = reinterpret_cast<const std::uint8_t*>(&number);
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(raw[i]);
  };
  const auto scaled = [value](int bits) {
    const double top = std::ldexp(1.0, bits - 1);
    return static_cast<std::int64_t>(std::clamp(std::round(value * top), -top, top - 1));
  };
  switch (format) {
    case SampleFormat::kS16:
      return append(static_cast<std::int16_t>(scaled(16)), 2);
    case SampleFormat::kS24:
      return append(static_cast<std::int32_t>(scaled(24)), 3);
    case SampleFormat::kS24In32:
      // The upper byte says nothing.
      return append(static_cast<std::int32_t>((scaled(24) & 0xffffff) | 0x55000000), 4);
    case SampleFormat::kS32:
      return append(static_cast<std::int32_t>(scaled(32)), 4);
    case SampleFormat::kF32:
      return append(static_cast<float>(value), 4);
    case SampleFormat::kF64:
      return append(value, 8);
  }
}

/// A signal of one channel, by the number of the frame.
using Signal = std::function<double(std::uint64_t frame)>;

Signal Sine(double decibels, double frequency, int rate) {
  const double amplitude = std::pow(10, decibels / 20);
  return [=](std::uint64_t frame) {
    return amplitude *
           std::sin(2 * std::numbers::pi * frequency * static_cast<double>(frame) / rate);
  };
}

Signal Constant(double value) {
  return [=](std::uint64_t) { return value; };
}

struct Audio {
  AudioFormat format;
  std::vector<Signal> channels;
};

/// Puts frames [begin, end) into memory and gives them to the meter.
void Feed(LevelMeter& meter, const Audio& audio, std::uint64_t begin, std::uint64_t end,
          bool is_planar = false) {
  std::vector<Bytes> planes(is_planar ? audio.channels.size() : 1);
  for (std::uint64_t frame = begin; frame < end; ++frame) {
    for (std::size_t channel = 0; channel < audio.channels.size(); ++channel) {
      AppendSample(planes[is_planar ? channel : 0], audio.format.sample,
                   audio.channels[channel](frame));
    }
  }
  std::vector<const std::uint8_t*> pointers;
  for (const Bytes& plane : planes) pointers.push_back(plane.data());
  meter.Take({pointers, end - begin});
}

struct Metered {
  std::vector<MeteredWindow> windows;
  LevelMeter::Handler Handler() {
    return [this](const MeteredWindow& window) { windows.push_back(window); };
  }
};

std::vector<MeteredWindow> Measure(const Audio& audio, std::uint64_t frames,
                                   bool is_planar = false) {
  Metered metered;
  LevelMeter meter(audio.format, kWindowLength, metered.Handler());
  Feed(meter, audio, 0, frames, is_planar);
  meter.EndFile();
  return metered.windows;
}

/// In all formats, of that rate.
class LevelMeterFormats : public testing::TestWithParam<SampleFormat> {
 protected:
  Audio Make(int rate, std::vector<Signal> channels) {
    return {{GetParam(), rate, static_cast<int>(channels.size())}, std::move(channels)};
  }
};

INSTANTIATE_TEST_SUITE_P(All, LevelMeterFormats,
                         testing::Values(SampleFormat::kS16, SampleFormat::kS24,
                                         SampleFormat::kS24In32, SampleFormat::kS32,
                                         SampleFormat::kF32, SampleFormat::kF64));

TEST_P(LevelMeterFormats, ASineOfMinus20IsMinus23Point01) {
  const auto windows =
      Measure(Make(48000, {Sine(-20, 1000, 48000), Sine(-20, 1000, 48000)}), 14400);
  ASSERT_EQ(windows.size(), 3U);
  for (const MeteredWindow& window : windows) {
    EXPECT_NEAR(Db(window.Power()), -23.01, kTolerance);
    EXPECT_NEAR(Db(window.Peak() * window.Peak()), -20, kTolerance);
    EXPECT_NEAR(window.Levels().rms, -2301, 1);
    EXPECT_NEAR(window.Levels().peak, -2000, 1);
  }
  EXPECT_NEAR(windows.back().Levels().detection, -2301, 1);
}

TEST_P(LevelMeterFormats, AFullScaleSquareIsZero) {
  const Signal square = [](std::uint64_t frame) { return frame / 24 % 2 == 0 ? 1.0 : -1.0; };
  for (const MeteredWindow& window : Measure(Make(48000, {square}), 9600)) {
    EXPECT_NEAR(Db(window.Power()), 0, kTolerance);
    EXPECT_NEAR(window.Levels().peak, 0, 1);
  }
}

TEST_P(LevelMeterFormats, SilenceIsTheLowestLevel) {
  for (const MeteredWindow& window : Measure(Make(48000, {Constant(0)}), 9600)) {
    EXPECT_EQ(window.Levels(), (LevelWindow{kSilence, kDetectionSilence, kSilence}));
  }
}

TEST_P(LevelMeterFormats, TheExtremesAreFullScale) {
  const Signal lowest = Constant(-1);
  const auto window = Measure(Make(48000, {lowest}), 4800).at(0);
  EXPECT_EQ(window.channels[0].peak, 1);
  EXPECT_EQ(window.Levels().rms, 0);
  const auto highest = Measure(Make(48000, {Constant(1)}), 4800).at(0);
  EXPECT_NEAR(highest.Levels().rms, 0, 1);
}

TEST_P(LevelMeterFormats, OneChannelOnlyIsHalfThePower) {
  const auto audio = Make(48000, {Sine(-20, 1000, 48000), Constant(0)});
  const auto window = Measure(audio, 14400).back();
  EXPECT_NEAR(Db(window.channels[0].power), -23.01, kTolerance);
  EXPECT_EQ(window.channels[1].power, 0);
  EXPECT_NEAR(window.Levels().rms, -2602, 1);
  EXPECT_NEAR(window.Levels().detection, -2602, 1);
  EXPECT_NEAR(window.Levels().peak, -2000, 1);
}

TEST_P(LevelMeterFormats, PlanarAudioIsTheSameAsInterleaved) {
  for (const int channels : {1, 2, 3, 32}) {
    std::vector<Signal> signals;
    for (int i = 0; i < channels; ++i) signals.push_back(Sine(-20 - i, 300 + 10 * i, 16000));
    const auto audio = Make(16000, signals);
    const auto interleaved = Measure(audio, 4800);
    const auto planar = Measure(audio, 4800, true);
    ASSERT_EQ(interleaved.size(), planar.size());
    for (std::size_t n = 0; n < planar.size(); ++n) {
      for (std::size_t i = 0; i < signals.size(); ++i) {
        ASSERT_EQ(planar[n].channels[i].power, interleaved[n].channels[i].power);
        ASSERT_EQ(planar[n].channels[i].peak, interleaved[n].channels[i].peak);
        ASSERT_EQ(planar[n].channels[i].detection, interleaved[n].channels[i].detection);
        const double expected = -23.01 - static_cast<double>(i);
        EXPECT_NEAR(Db(planar.back().channels[i].power), expected, 0.02);
      }
    }
  }
}

TEST(LevelMeter, AStepOf24BitsIsHeard) {
  const Signal step = [](std::uint64_t frame) { return frame % 2 == 0 ? 0 : std::ldexp(1.0, -23); };
  const auto window = Measure({{SampleFormat::kS24, 48000, 1}, {step}}, 4800).at(0);
  EXPECT_NEAR(Db(window.Power()), 20 * std::log10(std::ldexp(1.0, -23)) - 3.01, kTolerance);
}

TEST(LevelMeter, DcCountsForTheRmsAndIsNotHeard) {
  for (const int rate : {8000, 11025, 44100, 48000, 96000, 192000, 384000}) {
    const auto window = Measure({{SampleFormat::kF32, rate, 1}, {Constant(0.9)}}, rate / 2).back();
    EXPECT_NEAR(Db(window.Power()), 20 * std::log10(0.9), kTolerance) << rate;
    EXPECT_EQ(window.Levels().detection, kDetectionSilence)
        << rate << " " << Db(window.Detection());
  }
}

/// |H|^2 of the analogue filter with the bilinear transform's frequencies.
double ButterworthGain(double frequency, int rate) {
  const double pi = std::numbers::pi;
  const double ratio = std::tan(pi * kDetectionCorner / rate) / std::tan(pi * frequency / rate);
  return Db(1 / (1 + std::pow(ratio, 8)));
}

TEST(LevelMeter, TheDetectorHearsThroughAButterworthFilter) {
  for (const int rate : {8000, 11025, 44100, 48000, 96000, 192000}) {
    for (const double frequency : {20.0, 30.0, 40.0, 50.0, 70.0, 100.0, 200.0, 1000.0, 3000.0}) {
      const Audio audio{{SampleFormat::kF32, rate, 1}, {Sine(-6, frequency, rate)}};
      const double level = Db(Measure(audio, rate / 2).back().Detection());
      EXPECT_NEAR(level, -9.01 + ButterworthGain(frequency, rate), kTolerance)
          << frequency << " Hz at " << rate;
    }
  }
}

TEST(LevelMeter, AWhisperOnARumbleIsHeard) {
  for (const int rate : {48000, 192000}) {
    const Signal rumble = Sine(-3, 3, rate);
    const Signal whisper = Sine(-70, 1000, rate);
    const Audio audio{{SampleFormat::kF32, rate, 1},
                      {[&](std::uint64_t frame) { return rumble(frame) + whisper(frame); }}};
    // 3 Hz are let through 98 dB lower.
    EXPECT_NEAR(Db(Measure(audio, rate).back().Detection()), -73.01, 0.05) << rate;
  }
}

TEST(LevelMeter, BuffersOfAnySizeGiveTheSameWindows) {
  const int rate = 44100;
  std::mt19937 random(1);
  std::vector<float> noise(3 * 44100);
  for (float& sample : noise) sample = static_cast<float>(random() % 20000) / 20000 - 0.5F;
  const Audio audio{{SampleFormat::kF32, rate, 2},
                    {[&](std::uint64_t frame) { return noise[frame]; },
                     [&](std::uint64_t frame) { return noise[noise.size() - 1 - frame]; }}};
  const auto expected = Measure(audio, noise.size());
  Metered metered;
  LevelMeter meter(audio.format, kWindowLength, metered.Handler());
  std::uint64_t at = 0;
  for (const std::uint64_t size : {1, 1, 2, 3, 7, 8, 9, 10, 15, 4410, 1, 9999, 44100, 100000}) {
    const std::uint64_t end = std::min<std::uint64_t>(at + size, noise.size());
    Feed(meter, audio, at, end);
    at = end;
  }
  Feed(meter, audio, at, noise.size());
  meter.EndFile();
  ASSERT_EQ(metered.windows.size(), expected.size());
  for (std::size_t n = 0; n < expected.size(); ++n) {
    EXPECT_EQ(metered.windows[n].begin, expected[n].begin);
    for (std::size_t channel = 0; channel < 2; ++channel) {
      const ChannelLevel& one = metered.windows[n].channels[channel];
      const ChannelLevel& other = expected[n].channels[channel];
      EXPECT_NEAR(Db(one.power), Db(other.power), 1e-4);
      EXPECT_NEAR(Db(one.detection), Db(other.detection), 1e-3);
      EXPECT_EQ(one.peak, other.peak);
    }
  }
}

TEST(LevelMeter, WindowsDoNotDriftInADay) {
  for (const int rate : {8000, 11025, 22050, 44100, 48000, 37, 10}) {
    WindowGrid grid(rate, kWindowLength);
    std::uint64_t frames = 0;
    for (std::uint64_t n = 0; n < 24 * 36000; ++n, grid.Advance()) {
      ASSERT_EQ(frames, n * static_cast<std::uint64_t>(rate) / 10);
      frames += grid.Frames();
    }
    EXPECT_EQ(frames, 86400ULL * static_cast<std::uint64_t>(rate));
    EXPECT_EQ(WindowsIn(frames, rate), 864000U);
  }
}

TEST(LevelMeter, MakesAsManyWindowsAsAFileHas) {
  for (const int rate : {11025, 44100}) {
    for (const std::uint64_t frames : {0, 1, 1101, 1102, 1103, 4409, 4410, 4411, 8820, 11025}) {
      const Audio audio{{SampleFormat::kS16, rate, 1}, {Constant(0.5)}};
      EXPECT_EQ(Measure(audio, frames).size(), WindowsIn(frames, rate)) << frames << " " << rate;
    }
  }
}

TEST(LevelMeter, WindowsBeginAnewWithAFileAndTheShortLastOneCountsByItsLength) {
  const Audio audio{{SampleFormat::kS16, 48000, 1}, {Sine(-20, 1000, 48000)}};
  Metered metered;
  LevelMeter meter(audio.format, kWindowLength, metered.Handler());
  Feed(meter, audio, 0, 4800 + 480);
  meter.EndFile();
  EXPECT_EQ(meter.Position(), 0U);
  Feed(meter, audio, 4800 + 480, 4800 + 480 + 4800);
  ASSERT_EQ(metered.windows.size(), 3U);
  EXPECT_EQ(metered.windows[1].frames, 480U);
  EXPECT_EQ(metered.windows[1].Levels().rms, -2301);
  EXPECT_EQ(metered.windows[2].begin, 0U);
  EXPECT_EQ(metered.windows[2].length, 4800U);
}

TEST(LevelMeter, TheFilterRunsOnThroughFiles) {
  const Signal tone = Sine(-6, 30, 48000);
  const Audio audio{{SampleFormat::kF32, 48000, 1}, {tone}};
  Metered whole;
  LevelMeter one(audio.format, kWindowLength, whole.Handler());
  Feed(one, audio, 0, 96000);
  Metered cut;
  LevelMeter two(audio.format, kWindowLength, cut.Handler());
  Feed(two, audio, 0, 48000);
  two.EndFile();
  Feed(two, audio, 48000, 96000);
  ASSERT_EQ(cut.windows.size(), whole.windows.size());
  for (std::size_t n = 0; n < whole.windows.size(); ++n) {
    EXPECT_EQ(cut.windows[n].Levels(), whole.windows[n].Levels()) << n;
  }
}

TEST(LevelMeter, ABeginIsNoEvent) {
  const Signal rumble = Sine(-6, 9, 48000);
  for (const Signal& signal : {rumble, Constant(0.7), Constant(-1)}) {
    const auto windows = Measure({{SampleFormat::kF32, 48000, 2}, {signal, signal}}, 48000);
    EXPECT_EQ(windows[0].heard, 2400U);
    for (const MeteredWindow& window : windows) EXPECT_LT(window.Levels().detection, -6200);
  }
}

TEST(LevelMeter, WhatIsLostIsMissingAndShiftsNothing) {
  const Audio audio{{SampleFormat::kS16, 1000, 1}, {Constant(0.5)}};
  Metered metered;
  LevelMeter meter(audio.format, kWindowLength, metered.Handler());
  Feed(meter, audio, 0, 150);
  meter.Skip(220);  // the rest of window 1, all of 2, part of 3
  Feed(meter, audio, 370, 500);
  ASSERT_EQ(metered.windows.size(), 5U);
  const std::vector<std::uint64_t> there{100, 50, 0, 30, 100};
  const std::vector<std::uint64_t> heard{50, 50, 0, 0, 80};
  for (std::size_t n = 0; n < there.size(); ++n) {
    EXPECT_EQ(metered.windows[n].begin, 100 * n);
    EXPECT_EQ(metered.windows[n].frames, there[n]);
    EXPECT_EQ(metered.windows[n].heard, heard[n]);
    if (there[n] > 0) {
      EXPECT_EQ(metered.windows[n].Levels().rms, -602);
    }
  }
  EXPECT_EQ(metered.windows[2].Levels(), LevelWindow{});
}

TEST(LevelMeter, FloatsThatAreNoNumbersDoNoHarm) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const SampleFormat sample : {SampleFormat::kF32, SampleFormat::kF64}) {
    const Signal hostile = [inf](std::uint64_t frame) {
      const double values[] = {std::nan(""), inf, -inf, 1e300, -1e300};
      return frame < 4800 ? values[frame % 5] : 0.0;
    };
    const auto windows = Measure({{sample, 48000, 2}, {hostile, hostile}}, 96000);
    EXPECT_LE(windows.front().Levels().rms, 6000);
    EXPECT_EQ(windows.back().Levels(), (LevelWindow{kSilence, kDetectionSilence, kSilence}));
  }
}

TEST(LevelMeter, SilenceThatIsOnlyToldIsAsGoodAsZeros) {
  const Audio audio{{SampleFormat::kS16, 48000, 3}, {Constant(0.5), Constant(0.1), Constant(0.2)}};
  const Audio zeros{audio.format, {Constant(0), Constant(0), Constant(0)}};
  Metered told;
  Metered given;
  LevelMeter a(audio.format, kWindowLength, told.Handler());
  LevelMeter b(audio.format, kWindowLength, given.Handler());
  Feed(a, audio, 0, 5000);
  a.TakeSilence(20000);
  Feed(b, audio, 0, 5000);
  Feed(b, zeros, 0, 20000);
  ASSERT_EQ(told.windows.size(), given.windows.size());
  for (std::size_t n = 0; n < told.windows.size(); ++n) {
    EXPECT_EQ(told.windows[n].Levels(), given.windows[n].Levels()) << n;
  }
}

}  // namespace
}  // namespace isr
