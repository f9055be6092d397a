#include <array>
#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "format/repair.hpp"
#include "format/wav_header.hpp"

namespace isr {
namespace {

constexpr std::uint64_t kFrames = std::uint64_t{24} * 3600 * 48000;
constexpr std::uint64_t kFrameBytes = 4;
constexpr std::uint64_t kDataBytes = kFrames * kFrameBytes;
constexpr std::array<std::uint8_t, kFrameBytes> kLastFrame{1, 2, 3, 4};

/// A recording of a whole day, 16 GB of which hardly any is on the disk.
class WavDayTest : public testing::Test {
 protected:
  WavDayTest() : fd_(::mkstemp(path_.data())) { ::ftruncate(fd_.Get(), 0); }
  ~WavDayTest() override { ::unlink(path_.c_str()); }

  void Write(std::uint64_t at, std::span<const std::uint8_t> bytes) const {
    ASSERT_EQ(::pwrite(fd_.Get(), bytes.data(), bytes.size(), static_cast<off_t>(at)),
              static_cast<ssize_t>(bytes.size()));
  }
  void WriteDay(std::uint64_t counted_bytes) const {
    Write(0, BuildWavHeader({.rate = 48000, .channels = 2}, counted_bytes));
    Write(kWavHeaderBytes + kDataBytes - kFrameBytes, kLastFrame);
  }

  /// What libsndfile makes of it.
  void ExpectWholeDay() const {
    SF_INFO info{};
    SNDFILE* const file = ::sf_open(path_.c_str(), SFM_READ, &info);
    ASSERT_NE(file, nullptr) << ::sf_strerror(nullptr);
    EXPECT_EQ(info.frames, static_cast<sf_count_t>(kFrames));
    EXPECT_EQ(info.samplerate, 48000);
    EXPECT_EQ(info.format & SF_FORMAT_TYPEMASK, SF_FORMAT_RF64);
    EXPECT_EQ(::sf_seek(file, static_cast<sf_count_t>(kFrames - 1), SEEK_SET),
              static_cast<sf_count_t>(kFrames - 1));
    std::array<short, 2> last{};
    EXPECT_EQ(::sf_readf_short(file, last.data(), 1), 1);
    EXPECT_EQ(last, (std::array<short, 2>{0x0201, 0x0403}));
    EXPECT_EQ(::sf_readf_short(file, last.data(), 1), 0);
    ::sf_close(file);
  }

  std::string path_ = std::filesystem::temp_directory_path() / "wav-day-XXXXXX";
  const Fd fd_;
};

TEST_F(WavDayTest, IsOpenedByLibsndfileWithAllItsFrames) {
  WriteDay(kDataBytes);
  ExpectWholeDay();
  const RepairReport report = RepairFile(fd_);
  EXPECT_FALSE(report.changed);
  EXPECT_EQ(report.samples, kFrames);
}

TEST_F(WavDayTest, IsWholeAgainAfterACrash) {
  WriteDay(kDataBytes - 5 * 48000 * kFrameBytes);
  Write(kWavHeaderBytes + kDataBytes, std::array<std::uint8_t, 1>{9});
  const RepairReport report = RepairFile(fd_);
  EXPECT_EQ(report.samples, kFrames);
  EXPECT_EQ(report.bytes_cut, 1U);
  ExpectWholeDay();
}

}  // namespace
}  // namespace isr
