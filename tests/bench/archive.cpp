// Makes an archive as it lies on a disk after years: `archive FOLDER DAY RECORDINGS`.
//
// FOLDER becomes an output directory of files that are holes, with a catalogue: one day (DAY, Unix
// time of its begin) of four sources in files of an hour, with tracks of a noisy place where
// something sounds now and then; and RECORDINGS files of a minute before it.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "catalogue/catalogue.hpp"
#include "disk/disk_writer.hpp"
#include "recorder/track_writer.hpp"
#include "tests/soundscape.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;

constexpr int kSources = 4;
constexpr int kRate = 44100;
constexpr int kBytesPerSecond = 16000;
constexpr std::int64_t kHour = 3600;

Segment MakeSegment(int source, std::int64_t start, std::int64_t seconds) {
  Segment segment;
  segment.source = fmt::format("source{}", source);
  segment.name = fmt::format("{0:%Y-%m-%d}/{0:%H%M%S}_{1}.mp3", fmt::gmtime(start), segment.source);
  segment.format = "mp3";
  segment.start = UtcTime(std::chrono::seconds(start));
  segment.rate = kRate;
  segment.frames = seconds * kRate;
  segment.bytes = seconds * kBytesPerSecond;
  segment.began = Cause::kBoundary;
  segment.ended = Cause::kBoundary;
  segment.clock = ClockQuality::kSynced;
  return segment;
}

void MakeFile(const fs::path& path, std::int64_t bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path);
  file.close();
  fs::resize_file(path, static_cast<std::uintmax_t>(bytes));
}

/// 100 ms of a place at -60 dBFS, where once in a minute something sounds for three seconds.
LevelWindow WindowAt(std::int64_t window, Dice& dice) {
  const bool sounds = window % 600 < 30;
  const auto level = static_cast<std::int16_t>((sounds ? -3500 : -6000) + dice.Between(-150, 150));
  return {.rms = level, .detection = level, .peak = static_cast<std::int16_t>(level + 900)};
}

void WriteTrack(DiskWriter& disk, const fs::path& path, const Segment& segment, Dice& dice) {
  TrackWriter track(disk, path, {.segment = segment});
  const auto seconds = static_cast<std::int64_t>(segment.Duration());
  for (std::int64_t second = 0; second < seconds; ++second) {
    std::array<LevelWindow, kWindowsPerSecond> windows;
    const auto first = second * static_cast<std::int64_t>(kWindowsPerSecond);
    for (std::size_t i = 0; i < windows.size(); ++i) {
      windows.at(i) = WindowAt(first + static_cast<std::int64_t>(i), dice);
    }
    track.Heard(static_cast<std::uint64_t>(first), windows);
    track.Reached(static_cast<std::uint64_t>(second),
                  {.bytes = static_cast<std::uint64_t>((second + 1) * kBytesPerSecond),
                   .frames = static_cast<std::uint64_t>((second + 1) * kRate)});
  }
  track.End(segment);
}

void MakeArchive(const std::string& folder, std::int64_t day, int recordings) {
  const Roots roots{folder};
  Catalogue catalogue(folder + "/.isr", roots);
  const auto disk = DiskWriter::ForDirectory(folder, {});
  Dice dice(1);
  const auto add = [&](const Segment& segment) {
    MakeFile(fs::path(folder) / segment.name, segment.bytes);
    catalogue.SegmentEnded(segment);
  };
  for (int source = 0; source < kSources; ++source) {
    for (int hour = 0; hour < 24; ++hour) {
      const Segment segment = MakeSegment(source, day + hour * kHour, kHour);
      add(segment);
      WriteTrack(*disk, fs::path(folder) / "analyses" / (segment.name + kTrackSuffix), segment,
                 dice);
    }
  }
  for (int i = 1; i <= recordings; ++i) add(MakeSegment(i % kSources, day - i * 60, 60));
  DiskWriter::FinishAll(std::chrono::minutes(1));
}

}  // namespace
}  // namespace isr

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: archive FOLDER DAY RECORDINGS\n");
    return EXIT_FAILURE;
  }
  isr::MakeArchive(argv[1], std::atoll(argv[2]), std::atoi(argv[3]));
  return EXIT_SUCCESS;
}
