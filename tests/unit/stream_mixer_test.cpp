#include "desktop/stream_mixer.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isr {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

/// One channel, 1000 frames a second: nobody waits for more than 200 frames.
class StreamMixerTest : public testing::Test {
 protected:
  void Use(int bits) {
    format_ = {.rate = 1000, .channels = 1, .bits = bits};
    mixer_ = std::make_unique<StreamMixer>(
        format_, [this](std::span<const std::byte> frames) { Take(frames); });
  }
  void Add(std::uint32_t id, const std::vector<std::int32_t>& samples) {
    const auto size = static_cast<std::size_t>(format_.bits / 8);
    std::vector<std::byte> bytes;
    for (const std::int32_t sample : samples) {
      for (std::size_t i = 0; i < size; ++i) bytes.push_back(std::byte(sample >> 8 * i & 0xFF));
    }
    mixer_->Add(id, bytes);
  }
  void Take(std::span<const std::byte> frames) {
    const auto size = static_cast<std::size_t>(format_.bits / 8);
    for (std::size_t at = 0; at < frames.size(); at += size) {
      std::uint32_t sample = 0;
      for (std::size_t i = 0; i < size; ++i) {
        sample |= std::to_integer<std::uint32_t>(frames[at + i]) << 8 * (4 - size + i);
      }
      heard_.push_back(static_cast<std::int32_t>(sample) >> 8 * (4 - size));
    }
  }

  CaptureFormat format_;
  std::unique_ptr<StreamMixer> mixer_;
  std::vector<std::int32_t> heard_;
};

TEST_F(StreamMixerTest, PassesOneStreamAsItIs) {
  Use(16);
  Add(7, {1, -2, 32767});
  EXPECT_THAT(heard_, ElementsAre(1, -2, 32767));
}

TEST_F(StreamMixerTest, AddsUpWhatAllStreamsHave) {
  Use(24);
  Add(1, {10});
  Add(2, {1, 2, 3});
  Add(1, {-20, 30});
  EXPECT_THAT(heard_, ElementsAre(10, -19, 32));
  Add(1, {40});
  EXPECT_THAT(heard_, ElementsAre(10, -19, 32, 43));
}

TEST_F(StreamMixerTest, GoesToTheLimitAndNotBeyond) {
  for (const int bits : {16, 24, 32}) {
    Use(bits);
    heard_.clear();
    const auto most = static_cast<std::int32_t>((std::int64_t{1} << (bits - 1)) - 1);
    Add(1, {0});
    Add(2, {most, -most});
    Add(1, {most, -most});
    EXPECT_THAT(heard_, ElementsAre(0, most, -most - 1)) << bits;
  }
}

TEST_F(StreamMixerTest, WaitsOnlyBrieflyForAStreamThatHasStopped) {
  Use(16);
  Add(1, {5});
  Add(2, std::vector<std::int32_t>(200, 3));
  EXPECT_THAT(heard_, SizeIs(1));
  Add(2, std::vector<std::int32_t>(50, 3));
  EXPECT_THAT(heard_, SizeIs(51));
  EXPECT_THAT(std::vector(heard_.begin() + 1, heard_.end()), Each(3));
}

TEST_F(StreamMixerTest, MixesInWhatAStreamLeft) {
  Use(16);
  Add(1, {0});
  Add(2, {1, 1, 1});
  mixer_->End(2);
  Add(1, {5, 6});
  Add(1, {7, 8});
  EXPECT_THAT(heard_, ElementsAre(0, 6, 7, 8, 8));
}

TEST_F(StreamMixerTest, KeepsWhatTheLastStreamLeft) {
  Use(16);
  Add(1, {0});
  Add(2, {1, 2});
  mixer_->End(1);
  mixer_->End(2);
  EXPECT_THAT(heard_, ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace isr
