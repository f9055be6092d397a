#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "catalogue/catalogue.hpp"
#include "catalogue/reader.hpp"
#include "level/track_codec.hpp"
#include "level/track_log.hpp"
#include "tests/temporary_folder.hpp"

namespace isr {

inline UtcTime At(std::int64_t unix_seconds) {
  return UtcTime(std::chrono::seconds(unix_seconds));
}

inline Segment MakeSegment(const std::string& name, std::int64_t start,
                           const std::string& source = "radio") {
  Segment segment;
  segment.name = name;
  segment.source = source;
  segment.format = "mp3";
  segment.start = At(start);
  segment.utc_offset = std::chrono::hours(1);
  segment.rate = 44100;
  segment.frames = 44100 * 60;
  segment.bytes = 960000;
  segment.began = Cause::kBoundary;
  segment.ended = Cause::kBoundary;
  return segment;
}

inline std::vector<std::string> NamesOf(const std::vector<Segment>& segments) {
  std::vector<std::string> names;
  for (const Segment& segment : segments) names.push_back(segment.name);
  return names;
}

using Names = std::vector<std::string>;

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() { std::filesystem::create_directories(output_); }

  /// Opens a catalogue, lets `use` call it, and closes it: all is then applied.
  template <typename Use>
  void Run(Use use) {
    Catalogue catalogue(state_, roots_);
    use(catalogue);
  }
  void RunScan() {
    Run([](Catalogue& catalogue) { catalogue.Scan(); });
  }

  void WriteFile(const std::string& name, size_t size = 100) {
    std::filesystem::create_directories(std::filesystem::path(output_ + "/" + name).parent_path());
    std::ofstream(output_ + "/" + name) << std::string(size, 'x');
  }

  void WriteTrack(const TrackFacts& facts, const std::optional<Title>& title = std::nullopt) {
    const std::string path = output_ + "/analyses/" + facts.segment.name + ".isr";
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream file(path, std::ios::binary);
    const auto write = [&](const TrackPiece& piece) {
      file.seekp(static_cast<std::streamoff>(piece.offset));
      file.write(reinterpret_cast<const char*>(piece.bytes.data()),
                 static_cast<std::streamsize>(piece.bytes.size()));
    };
    write(EncodeTrackPreamble());
    write(EncodeTrackFacts(facts, 1));
    if (title) write(*TrackLog().Append(*title));
  }

  std::vector<Segment> List(const SegmentFilter& filter = {}) {
    return CatalogueReader(database_).ListSegments(filter);
  }
  Names ListNames(const SegmentFilter& filter = {}) { return NamesOf(List(filter)); }
  std::optional<Segment> Find(const std::string& name) {
    return CatalogueReader(database_).FindSegment(name);
  }

  const TemporaryFolder folder_;
  const std::string root_ = folder_.Path();
  const std::string state_ = root_ + "/var/state";
  const std::string output_ = root_ + "/recordings";
  const std::string database_ = state_ + "/catalogue.db";
  Roots roots_{output_};
};

}  // namespace isr
