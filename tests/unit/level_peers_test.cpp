// The levels of recorded sounds are those that ffmpeg and sox find.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "level/decibel.hpp"
#include "level/level_meter.hpp"

namespace isr {
namespace {

constexpr double kTolerance = 0.1;  // dB
constexpr std::size_t kHeader = 44;
constexpr const char* kFolder = "/usr/share/sounds/alsa/";

std::string OutputOf(const std::string& command) {
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string output;
  char buffer[4096];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) {
    output.append(buffer, size);
  }
  EXPECT_EQ(::pclose(pipe), 0) << command << "\n" << output;
  return output;
}

/// All numbers that follow `label`, digital silence as we call it.
std::vector<double> NumbersAfter(const std::string& text, const std::string& label) {
  std::vector<double> numbers;
  for (std::size_t at = text.find(label); at != std::string::npos; at = text.find(label, at + 1)) {
    const double number = std::strtod(text.c_str() + at + label.size(), nullptr);
    numbers.push_back(std::max(number, kSilence / 100.0));
  }
  return numbers;
}

/// A recording of Debian's alsa-utils, 16 bits, 48 kHz, mono.
std::vector<MeteredWindow> Measure(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  std::vector<MeteredWindow> windows;
  if (bytes.size() <= kHeader) return windows;
  LevelMeter meter({SampleFormat::kS16, 48000, 1}, kWindowLength,
                   [&](const MeteredWindow& window) { windows.push_back(window); });
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data()) + kHeader;
  meter.Take({{&data, 1}, (bytes.size() - kHeader) / 2});
  meter.EndFile();
  return windows;
}

class LevelPeers : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Recordings, LevelPeers,
                         testing::Values("Front_Center.wav", "Noise.wav", "Side_Left.wav"));

TEST_P(LevelPeers, EachWindowIsAsFfmpegsAstatsHasIt) {
  const auto windows = Measure(GetParam());
  ASSERT_FALSE(windows.empty());
  const std::string output =
      OutputOf("ffmpeg -nostdin -hide_banner -i " + (kFolder + GetParam()) +
               " -af asetnsamples=4800:pad=0,astats=metadata=1:reset=1,ametadata=print:file=- "
               "-f null -");
  const auto rms = NumbersAfter(output, "lavfi.astats.Overall.RMS_level=");
  const auto peak = NumbersAfter(output, "lavfi.astats.Overall.Peak_level=");
  ASSERT_EQ(rms.size(), windows.size());
  ASSERT_EQ(peak.size(), windows.size());
  for (std::size_t n = 0; n < windows.size(); ++n) {
    EXPECT_NEAR(windows[n].Levels().rms / 100.0, rms[n], kTolerance) << n;
    EXPECT_NEAR(windows[n].Levels().peak / 100.0, peak[n], kTolerance) << n;
  }
}

TEST_P(LevelPeers, TheWholeIsAsSoxHasIt) {
  const auto windows = Measure(GetParam());
  ASSERT_FALSE(windows.empty());
  double power = 0;
  double frames = 0;
  double peak = 0;
  for (const MeteredWindow& window : windows) {
    power += window.Power() * static_cast<double>(window.frames);
    frames += static_cast<double>(window.frames);
    peak = std::max(peak, window.Peak());
  }
  const std::string output = OutputOf("sox " + (kFolder + GetParam()) + " -n stats");
  EXPECT_NEAR(DecibelOfPower(power / frames), NumbersAfter(output, "RMS lev dB").at(0), kTolerance);
  EXPECT_NEAR(DecibelOfPower(peak * peak), NumbersAfter(output, "Pk lev dB").at(0), kTolerance);
}

}  // namespace
}  // namespace isr
